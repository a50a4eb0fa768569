-- store-schema-1.sql: a store as the first schema leaves it: sqlite3 ostiary.db .dump, and its mark
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES('oldest-program','0.1');
INSERT INTO meta VALUES('schema','1');
CREATE TABLE migration (schema INTEGER PRIMARY KEY, program TEXT NOT NULL, applied_us INTEGER NOT NULL) STRICT;
INSERT INTO migration VALUES(1,'0.1.0',1767225600000000);
CREATE TABLE connection (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  former_name TEXT,
  generation INTEGER NOT NULL DEFAULT 0,
  building INTEGER,
  building_run INTEGER,
  applied INTEGER NOT NULL DEFAULT 0,
  held_run INTEGER,
  CHECK (name IS NOT NULL OR former_name IS NOT NULL),
  CHECK (building IS NULL OR building > generation)
) STRICT;
INSERT INTO connection VALUES(1,'contoso',NULL,3,NULL,NULL,0,NULL);
CREATE TABLE device (
  row INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL REFERENCES connection (id),
  guid TEXT NOT NULL,
  born INTEGER NOT NULL,
  died INTEGER,
  hash INTEGER NOT NULL,
  read_us INTEGER NOT NULL,
  missing_us INTEGER,
  state_since_us INTEGER,
  is_unread INTEGER NOT NULL CHECK (is_unread IN (0, 1)),
  device_key INTEGER,
  owner_key INTEGER,
  device_id TEXT,
  identity TEXT,
  distinguished_name TEXT,
  owner_dn TEXT,
  friendly_name TEXT,
  model TEXT,
  type TEXT,
  os TEXT,
  os_language TEXT,
  phone_number TEXT,
  imei TEXT,
  mobile_operator TEXT,
  user_agent TEXT,
  client_type TEXT,
  client_version TEXT,
  access_state TEXT,
  access_reason TEXT,
  access_rule TEXT,
  first_sync INTEGER,
  created INTEGER,
  changed INTEGER,
  originating_server TEXT
) STRICT;
INSERT INTO device VALUES(2,1,'1715609f-6c69-4000-8000-000000000005',1,NULL,3980076758529766437,1767225603000000,NULL,1767225603000000,1,1287420781449081221,-31160580197719733,'APPL00000005','contoso.com/Unit 1/User 1/ExchangeActiveSyncDevices/iPhone§APPL00000005','CN=iPhone§APPL00000005,CN=ExchangeActiveSyncDevices,CN=User 1,OU=Unit 1,DC=contoso,DC=com','CN=User 1,OU=Unit 1,DC=contoso,DC=com','Ännis iPhone','iPhone14C5','iPhone','iOS 17.4 21E219','de',NULL,NULL,NULL,'Apple-iPhone14C5/2105.219','EAS','16.1','Quarantined','Global',NULL,1767225300000000,1767225300000000,1767225300000000,'dc1.contoso.com');
INSERT INTO device VALUES(4,1,'78dde6e5-f054-4000-8000-000000000004',1,NULL,1182246702891810019,1767225603000000,NULL,1767225603000000,1,8839117386520316275,-31160580197719733,'APPL00000004','contoso.com/Unit 1/User 1/ExchangeActiveSyncDevices/iPhone§APPL00000004','CN=iPhone§APPL00000004,CN=ExchangeActiveSyncDevices,CN=User 1,OU=Unit 1,DC=contoso,DC=com','CN=User 1,OU=Unit 1,DC=contoso,DC=com','Ännis iPhone','iPhone14C5','iPhone','iOS 17.4 21E219','de',NULL,NULL,NULL,'Apple-iPhone14C5/2105.219','EAS','16.1','Blocked','Global',NULL,1767225360000000,1767225360000000,1767225360000000,'dc1.contoso.com');
INSERT INTO device VALUES(5,1,'9e3779b9-7c15-4000-8000-000000000001',1,NULL,-7538093227378622190,1767225603000000,NULL,1767225603000000,1,-8575294577902869788,8007597352986601120,'APPL00000001','contoso.com/Unit 1/User 0/ExchangeActiveSyncDevices/iPhone§APPL00000001','CN=iPhone§APPL00000001,CN=ExchangeActiveSyncDevices,CN=User 0,OU=Unit 1,DC=contoso,DC=com','CN=User 0,OU=Unit 1,DC=contoso,DC=com','Ännis iPhone','iPhone14C5','iPhone','iOS 17.4 21E219','de',NULL,NULL,NULL,'Apple-iPhone14C5/2105.219','EAS','16.1','Blocked','Global',NULL,1767225540000000,1767225540000000,1767225540000000,'dc1.contoso.com');
INSERT INTO device VALUES(6,1,'daa66d2c-743f-4000-8000-000000000003',1,NULL,4719438971089269895,1767225603000000,NULL,1767225603000000,1,-7822788710350967778,-31160580197719733,'APPL00000003','contoso.com/Unit 1/User 1/ExchangeActiveSyncDevices/iPhone§APPL00000003','CN=iPhone§APPL00000003,CN=ExchangeActiveSyncDevices,CN=User 1,OU=Unit 1,DC=contoso,DC=com','CN=User 1,OU=Unit 1,DC=contoso,DC=com','Ännis iPhone','iPhone14C5','iPhone','iOS 17.4 21E219','de',NULL,NULL,NULL,'Apple-iPhone14C5/2105.219','EAS','16.1','Allowed','Global',NULL,1767225420000000,1767225420000000,1767225420000000,'dc1.contoso.com');
INSERT INTO device VALUES(7,1,'3c6ef372-f82a-4000-8000-000000000002',2,NULL,-2377678873216560523,1767225609000000,NULL,1767225603000000,1,-3880434338390887938,8007597352986601120,'APPL00000002','contoso.com/Unit 1/User 0/ExchangeActiveSyncDevices/iPhone§APPL00000002','CN=iPhone§APPL00000002,CN=ExchangeActiveSyncDevices,CN=User 0,OU=Unit 1,DC=contoso,DC=com','CN=User 0,OU=Unit 1,DC=contoso,DC=com','Ännis iPhone','iPhone14C5','iPhone','iOS 18.0','de',NULL,NULL,NULL,'Apple-iPhone14C5/2105.219','EAS','16.1','Quarantined','Global',NULL,1767225480000000,1767225480000000,1767225480000000,'dc1.contoso.com');
INSERT INTO device VALUES(8,1,'00000000-0000-4000-8000-000000000000',3,NULL,8023001455234413554,1767225603000000,1767225614000000,1767225603000000,1,1597805434314009411,8007597352986601120,'APPL00000000','contoso.com/Unit 1/User 0/ExchangeActiveSyncDevices/iPhone§APPL00000000','CN=iPhone§APPL00000000,CN=ExchangeActiveSyncDevices,CN=User 0,OU=Unit 1,DC=contoso,DC=com','CN=User 0,OU=Unit 1,DC=contoso,DC=com','Ännis iPhone','iPhone14C5','iPhone','iOS 17.4 21E219','de',NULL,NULL,NULL,'Apple-iPhone14C5/2105.219','EAS','16.1','Allowed','Global',NULL,1767225600000000,1767225600000000,1767225600000000,'dc1.contoso.com');
CREATE TABLE mailbox (
  row INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL REFERENCES connection (id),
  guid TEXT NOT NULL,
  born INTEGER NOT NULL,
  died INTEGER,
  hash INTEGER NOT NULL,
  recipient_hash INTEGER NOT NULL,
  read_us INTEGER NOT NULL,
  missing_us INTEGER,
  owner_key INTEGER,
  distinguished_name TEXT,
  identity TEXT,
  name TEXT,
  display_name TEXT,
  primary_smtp_address TEXT,
  addresses BLOB,
  sam_account_name TEXT,
  linked_account TEXT,
  activesync_enabled INTEGER,
  has_partnership INTEGER,
  policy TEXT,
  policy_is_defaulted INTEGER,
  allowed_device_ids BLOB,
  blocked_device_ids BLOB,
  changed INTEGER,
  server TEXT,
  exchange_guid TEXT,
  alias TEXT,
  recipient_type TEXT,
  organisational_unit TEXT
) STRICT;
INSERT INTO mailbox VALUES(1,1,'5e309591-0e15-4000-8000-00003b9aca01',1,NULL,2340779043144841138,0,1767225605000000,NULL,-31160580197719733,'CN=User 1,OU=Unit 1,DC=contoso,DC=com','contoso.com/Unit 1/User 1','User Number 1','User Number 1','user1@contoso.com',X'534d54503a757365723140636f6e746f736f2e636f6d00736d74703a6f7468657240636f6e746f736f2e636f6d00',NULL,NULL,1,1,'Default',NULL,NULL,NULL,1767225600000000,NULL,NULL,NULL,NULL,NULL);
INSERT INTO mailbox VALUES(2,1,'bff91bd8-9200-4000-8000-00003b9aca00',1,NULL,1749223831855862833,0,1767225605000000,NULL,8007597352986601120,'CN=User 0,OU=Unit 1,DC=contoso,DC=com','contoso.com/Unit 1/User 0','User Number 0','User Number 0','user0@contoso.com',X'534d54503a757365723040636f6e746f736f2e636f6d00736d74703a6f7468657240636f6e746f736f2e636f6d00',NULL,NULL,1,1,'Default',NULL,NULL,NULL,1767225600000000,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE device_statistics (
  connection INTEGER NOT NULL REFERENCES connection (id),
  guid TEXT NOT NULL,
  read_us INTEGER,
  attempted_us INTEGER NOT NULL,
  last_sync_attempt INTEGER,
  last_success_sync INTEGER,
  last_policy_update INTEGER,
  policy_applied TEXT,
  policy_status TEXT,
  folders_synced INTEGER,
  wipe_status TEXT,
  wipe_requested INTEGER,
  wipe_sent INTEGER,
  wipe_acknowledged INTEGER,
  account_wipe_requested INTEGER,
  account_wipe_sent INTEGER,
  account_wipe_acknowledged INTEGER,
  wipe_requester TEXT,
  PRIMARY KEY (connection, guid)
) STRICT, WITHOUT ROWID;
CREATE TABLE held (
  connection INTEGER NOT NULL REFERENCES connection (id),
  run INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('device', 'mailbox')),
  guid TEXT NOT NULL,
  PRIMARY KEY (connection, run, kind, guid)
) STRICT, WITHOUT ROWID;
CREATE TABLE object (
  connection INTEGER NOT NULL REFERENCES connection (id),
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  read_us INTEGER NOT NULL,
  fields TEXT NOT NULL,
  PRIMARY KEY (connection, kind, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE status (
  connection INTEGER PRIMARY KEY REFERENCES connection (id),
  state TEXT,
  server TEXT,
  answering_server TEXT,
  version TEXT,
  account TEXT,
  domain_controller TEXT,
  organisation TEXT,
  last_success_us INTEGER,
  last_full_us INTEGER,
  last_quick_us INTEGER,
  last_error TEXT,
  last_error_code INTEGER NOT NULL,
  last_error_remedy TEXT,
  last_error_us INTEGER,
  run TEXT,
  run_phase TEXT,
  run_started_us INTEGER,
  run_count INTEGER,
  run_expected INTEGER,
  run_rate INTEGER,
  statistics_oldest_us INTEGER,
  statistics_unread INTEGER,
  statistics_round_seconds INTEGER,
  next_quick_us INTEGER,
  next_full_us INTEGER,
  process TEXT,
  updated_us INTEGER
) STRICT;
CREATE TABLE note (
  connection INTEGER NOT NULL REFERENCES connection (id),
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (connection, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE lease (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  fence INTEGER NOT NULL,
  process TEXT,
  holder TEXT,
  acquired_us INTEGER,
  expires_us INTEGER,
  CHECK ((process IS NULL) = (expires_us IS NULL))
) STRICT;
INSERT INTO lease VALUES(1,1,'machine:boot:1:1:1','the test',1767225600000000,1767229200000000);
CREATE TABLE run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  connection INTEGER NOT NULL REFERENCES connection (id),
  kind TEXT NOT NULL CHECK (kind IN ('full', 'quick', 'statistics', 'apply')),
  fence INTEGER NOT NULL,
  began_us INTEGER NOT NULL,
  reconciled_us INTEGER,
  ended_us INTEGER,
  is_complete INTEGER NOT NULL DEFAULT 0 CHECK (is_complete IN (0, 1)),
  devices INTEGER NOT NULL DEFAULT 0,
  added INTEGER NOT NULL DEFAULT 0,
  changed INTEGER NOT NULL DEFAULT 0,
  removed INTEGER NOT NULL DEFAULT 0,
  held INTEGER NOT NULL DEFAULT 0,
  bytes_received INTEGER NOT NULL DEFAULT 0,
  bytes_sent INTEGER NOT NULL DEFAULT 0,
  requests INTEGER NOT NULL DEFAULT 0,
  error_code INTEGER NOT NULL DEFAULT -1,
  error TEXT
) STRICT;
INSERT INTO run VALUES(1,1,'full',1,1767225601000000,1767225606000000,1767225606000000,1,0,0,0,0,0,0,0,0,-1,NULL);
INSERT INTO run VALUES(2,1,'full',1,1767225607000000,1767225610000000,1767225610000000,1,0,0,0,0,0,0,0,0,-1,NULL);
INSERT INTO run VALUES(3,1,'full',1,1767225611000000,1767225614000000,1767225614000000,1,0,0,0,0,0,0,0,0,-1,NULL);
CREATE TABLE session (
  account TEXT NOT NULL,
  id TEXT NOT NULL,
  connection TEXT NOT NULL,
  detail TEXT,
  process TEXT NOT NULL,
  kept_us INTEGER NOT NULL,
  expires_us INTEGER,
  PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE refusal (
  connection TEXT NOT NULL,
  identity TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  error TEXT,
  refused_us INTEGER NOT NULL,
  PRIMARY KEY (connection, identity)
) STRICT, WITHOUT ROWID;
CREATE TABLE event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  time_us INTEGER NOT NULL,
  kind TEXT NOT NULL,
  connection TEXT,
  detail TEXT,
  commitments BLOB NOT NULL,
  hash BLOB NOT NULL CHECK (length (hash) = 32)
) STRICT;
INSERT INTO event VALUES(1,1767225606000000,'device-added','contoso','{"run":1,"guid":"00000000-0000-4000-8000-000000000000","access_state":[null,"Allowed"]}',X'005517f4e3d3be3d769daa7f4c789d9ec7c3c805d4df9e3241dc10057f07f6737101c676baa97070ddb59707aae889a5a61b8a7a2f390f7fcccaf83007d8ef20e68b025dc4002a70ecc526aac8e3dee2e25fa32953d46fc90d942da83742f192d51fae03ab65f2939d42ec9c261867b6826ef7a1ccffc5e34a38d38d267ee1def8bb6eed',X'4af308a5ced82234ddb67714cae46bce1dba916067f1592e256ab026972e9602');
INSERT INTO event VALUES(2,1767225606000000,'device-added','contoso','{"run":1,"guid":"1715609f-6c69-4000-8000-000000000005","access_state":[null,"Quarantined"]}',X'0021cc3adb794bc84a3e9e75d48210cffc8ac76bd417218dee5794dad39a527f470137269d94539197fd9bccb59f407bd561a6ea5cfef21179bfd74b80859b37665f0288fc7c4d74ea49f0438f6713bf6e05f5b7bcd987f052de55f4b04719366aba6c034b44b96701fb10a3f3b2b184a16eb8b79def8448799af566d0086bae8c243ae7',X'454a4aab25582bed426f15ddae43d912342c02d2305f618565c4a5ea7a6072c8');
INSERT INTO event VALUES(3,1767225606000000,'device-added','contoso','{"run":1,"guid":"3c6ef372-f82a-4000-8000-000000000002","access_state":[null,"Quarantined"]}',X'00feb08ac343e855387696144c6ed4899625c5194ec19e4687789ec05915bef1a601d3d4ccac6b77965164d5672f2c49637b5404403be43f6595fd06e83868aa599c028844340f818d2aeda9f0a27add068bff2672929374aead7a911e43265de546a2037ee14fb344956577c4302c1c86a00fbf1120ce61a465faff9304b88f01e5bc30',X'09e119e079bb9549c25f9da785e3be114819e9ef35e556f239ed241f3505bc78');
INSERT INTO event VALUES(4,1767225606000000,'device-added','contoso','{"run":1,"guid":"78dde6e5-f054-4000-8000-000000000004","access_state":[null,"Blocked"]}',X'001b4164ffb37bf20e7e97d2bcce4639bc46a8cf67f488505fe1cdc5a292a0867401f0857db86c6d8aaefb186eb5a3961fa8e0f6d2c78aee6cdd6c1a66fa967fbb0e02f6200d6a15833424d1cbb4529763a579bbc8f5c37692fd9475fccd156a896d3b0337ec86874825fa1346be069d2813f4f0b3fd898e8a1fb9dfb55d150a222b8ac6',X'ab4750408523d7f962c260ee85759da5e8f5fc2109b712c96a10018e7d913d05');
INSERT INTO event VALUES(5,1767225606000000,'device-added','contoso','{"run":1,"guid":"9e3779b9-7c15-4000-8000-000000000001","access_state":[null,"Blocked"]}',X'00db3b94f6bf0cb0adc53390f711bfc904a096878bbbe35380b3565a834118cced01cc758d443ef91928fe1b1593a14e1803e20fdf938e543f8f25d7efbee023050102bf7d1e48959b862b3a8aa24064b2f9f865e6360587323be6939d3bae9c2bab4303a416486749447ce03839bcb329c050ecc73db3e2f8c5d2665cb92486c20ea390',X'06925bf726f414827f21e97bdce3efb84a80b9a3c6cb1c04a95bc05eb3740160');
INSERT INTO event VALUES(6,1767225606000000,'device-added','contoso','{"run":1,"guid":"daa66d2c-743f-4000-8000-000000000003","access_state":[null,"Allowed"]}',X'00817b22639ef17a945280377f8d83302279f10d96f5f79c8e0c77ad7675d3c05601b9d6a7575fb94ae9af1f328230688aab5554d07ee3a885b395cb47454e724700020346ba93d49175f76876c82ad663987f4455286864ade95f32fed183d38dce7a03920613c6adb86e335ce1b314cba8321b69901df6b95d8f7c761e9c75271b9aef',X'73ef2b765e024fbe712c2dbc07ac5edc8b13347e0c1ee6ba4a02b2841011f7ec');
INSERT INTO event VALUES(7,1767225606000000,'mailbox-added','contoso','{"run":1,"guid":"5e309591-0e15-4000-8000-00003b9aca01"}',X'01f634dc1a2fb549a33415c96928ed6d7b03832b42eecf220f7eeadb701584336402ca063298367c1bd264f9c3f302081d047a5907c7c7581d7b1a1450851100ed92038c2ea5c02701552d597280d167a3c90b1c8afac062098b5512fad4fe0ae76425',X'e1b949a070fd4f007eac280e3c44a3776f955172151b8989762c920c84811ca3');
INSERT INTO event VALUES(8,1767225606000000,'mailbox-added','contoso','{"run":1,"guid":"bff91bd8-9200-4000-8000-00003b9aca00"}',X'010a77d72c672b528ecab461bb2bc68b63a156912c77bf3b84c82998ba64be4520027ca214f143a79c9902b648a690133f4bc5da7d86fd5bf7c1e22a6ad731769343039c1cc05ceb0b16f9ff8a3f8c556908e4551a583ea097b036e6d1442f9c4bf193',X'c5239a6995f5b1deb095a0340f7fe4d250ebd877fcf7a3f91425344515d7da0b');
INSERT INTO event VALUES(9,1767225606000000,'run-finished','contoso','{"run":1,"kind":"full","complete":true,"devices":0,"added":0,"changed":0,"removed":0,"held":0,"seconds":5,"requests":0}',X'02b48d17d13c61a8ec077bdb67096f3ff0ab66665fe5a2bf0ffc770456d126116f',X'193e7d941c395b6ab0618baccba68b69bd7b04304a689574c3b888d6a8adffba');
INSERT INTO event VALUES(10,1767225610000000,'inventory-changed','contoso','{"run":2,"devices":{"listed":5,"present":6,"added":0,"changed":1,"returned":0,"missing":0,"removed":0,"held":1},"mailboxes":{"listed":0,"present":0,"added":0,"changed":0,"returned":0,"missing":0,"removed":0,"held":0}}',X'02de52b10b1836a7985fd5f6c45b369008cabf1c46484988ece617c775d853ff52',X'd0c59fd6ff94049796ef9554ed14bddaf8e5caca1b5c397acb73c1a75be86956');
INSERT INTO event VALUES(11,1767225610000000,'device-changed','contoso','{"run":2,"guid":"3c6ef372-f82a-4000-8000-000000000002"}',X'00d83272e4f946d3ff32958aa679cd9f257f6c9466192022f078ecb770c85061c0015b19c7a07d391e5165a939a8fbd70dd9eb18517ce4775f264d12a7e207085103029f5a756a1b25a28f5d85520aaea92949f6b8676cd58a063c16fccd9cc099eae40357d68dd5640e5cc783037dd3dfcee1c2ad069f72a3154ef52bb0a36e00ace81b',X'dfcb0e6d4eff15becd99afa879598316a67385228f37614a921f145e145bf156');
INSERT INTO event VALUES(12,1767225610000000,'run-finished','contoso','{"run":2,"kind":"full","complete":true,"devices":0,"added":0,"changed":0,"removed":0,"held":0,"seconds":3,"requests":0}',X'02afe78cca70627227bf64fbe5d60831e0ae0676a6c8a93350445497514f2bdfb4',X'd3ece1b800feff29aba82bc75f95fe6389693848da64ec56ab0ecbad04a855fd');
INSERT INTO event VALUES(13,1767225614000000,'device-missing','contoso','{"run":3,"guid":"00000000-0000-4000-8000-000000000000"}',X'00db0e9b53c703222951d58ed10906cffcb0f7fe0e32b3d617f578995e8a673a7301f0c6cc3afb442a35f0b46a7472fff798ed385d95e235c3b2f56f1d9d2cf717cc02fae4424aa91605024383e8d0db9efe4c72bf1876445b5c543ad85777f272b005037c35fb772172ad18c1af83f61abc20e55bfddaed4b88e909ed28d4ab7ca3820d',X'692ca7e7e53c0472980c1ad40404ad65b9754b04fb7e80a262b7bf487a574e91');
INSERT INTO event VALUES(14,1767225614000000,'run-finished','contoso','{"run":3,"kind":"full","complete":true,"devices":0,"added":0,"changed":0,"removed":0,"held":0,"seconds":3,"requests":0}',X'02837b6e3e8504e8e223c60b0f071675431d527f78e6ba85d3af2747480a6c2427',X'5eb2d58b523b3c73882d6e10f3e3896f4cc0b83cf1d850200490afe65a6abcfc');
CREATE TABLE event_value (
  seq INTEGER NOT NULL REFERENCES event (seq),
  name TEXT NOT NULL CHECK (name IN ('device_id', 'mailbox', 'who', 'detail')),
  salt BLOB,
  value TEXT NOT NULL,
  PRIMARY KEY (seq, name)
) STRICT, WITHOUT ROWID;
INSERT INTO event_value VALUES(1,'detail',X'54c44851a56dd6f6c5b435549607bbdc','{"device_id":[null,"APPL00000000"],"identity":[null,"contoso.com/Unit 1/User 0/ExchangeActiveSyncDevices/iPhone§APPL00000000"],"distinguished_name":[null,"CN=iPhone§APPL00000000,CN=ExchangeActiveSyncDevices,CN=User 0,OU=Unit 1,DC=contoso,DC=com"],"owner_dn":[null,"CN=User 0,OU=Unit 1,DC=contoso,DC=com"],"friendly_name":[null,"Ännis iPhone"],"model":[null,"iPhone14C5"],"type":[null,"iPhone"],"os":[null,"iOS 17.4 21E219"],"os_language":[null,"de"],"user_agent":[null,"Apple-iPhone14C5/2105.219"],"client_type":[null,"EAS"],"client_version":[null,"16.1"],"access_state":[null,"Allowed"],"access_reason":[null,"Global"],"first_sync":[null,1767225600000000],"created":[null,1767225600000000],"changed":[null,1767225600000000],"originating_server":[null,"dc1.contoso.com"]}');
INSERT INTO event_value VALUES(1,'device_id',X'21a7a282ef078c959c86003f4d174344','APPL00000000');
INSERT INTO event_value VALUES(1,'mailbox',X'2169a8499d33db046db2104d33ac24eb','CN=User 0,OU=Unit 1,DC=contoso,DC=com');
INSERT INTO event_value VALUES(1,'who',X'6a048f6c6a4aa343acba5206cb3b63f9','test');
INSERT INTO event_value VALUES(2,'detail',X'd87b98f82542c2a8ceca9ce47028a9c1','{"device_id":[null,"APPL00000005"],"identity":[null,"contoso.com/Unit 1/User 1/ExchangeActiveSyncDevices/iPhone§APPL00000005"],"distinguished_name":[null,"CN=iPhone§APPL00000005,CN=ExchangeActiveSyncDevices,CN=User 1,OU=Unit 1,DC=contoso,DC=com"],"owner_dn":[null,"CN=User 1,OU=Unit 1,DC=contoso,DC=com"],"friendly_name":[null,"Ännis iPhone"],"model":[null,"iPhone14C5"],"type":[null,"iPhone"],"os":[null,"iOS 17.4 21E219"],"os_language":[null,"de"],"user_agent":[null,"Apple-iPhone14C5/2105.219"],"client_type":[null,"EAS"],"client_version":[null,"16.1"],"access_state":[null,"Quarantined"],"access_reason":[null,"Global"],"first_sync":[null,1767225300000000],"created":[null,1767225300000000],"changed":[null,1767225300000000],"originating_server":[null,"dc1.contoso.com"]}');
INSERT INTO event_value VALUES(2,'device_id',X'd50787f62b85a8c9be1d04285fee239e','APPL00000005');
INSERT INTO event_value VALUES(2,'mailbox',X'd01ecacb8a318c1a2d4d9e1730ab9f5d','CN=User 1,OU=Unit 1,DC=contoso,DC=com');
INSERT INTO event_value VALUES(2,'who',X'81c2f369ea106c692b5aa243c8b8a250','test');
INSERT INTO event_value VALUES(3,'detail',X'4d3340abe350a0bdeb6fa70aeb9a2e10','{"device_id":[null,"APPL00000002"],"identity":[null,"contoso.com/Unit 1/User 0/ExchangeActiveSyncDevices/iPhone§APPL00000002"],"distinguished_name":[null,"CN=iPhone§APPL00000002,CN=ExchangeActiveSyncDevices,CN=User 0,OU=Unit 1,DC=contoso,DC=com"],"owner_dn":[null,"CN=User 0,OU=Unit 1,DC=contoso,DC=com"],"friendly_name":[null,"Ännis iPhone"],"model":[null,"iPhone14C5"],"type":[null,"iPhone"],"os":[null,"iOS 17.4 21E219"],"os_language":[null,"de"],"user_agent":[null,"Apple-iPhone14C5/2105.219"],"client_type":[null,"EAS"],"client_version":[null,"16.1"],"access_state":[null,"Quarantined"],"access_reason":[null,"Global"],"first_sync":[null,1767225480000000],"created":[null,1767225480000000],"changed":[null,1767225480000000],"originating_server":[null,"dc1.contoso.com"]}');
INSERT INTO event_value VALUES(3,'device_id',X'7cef953da0980536f49633eedf2b7e69','APPL00000002');
INSERT INTO event_value VALUES(3,'mailbox',X'a114c2bc5265630679152bf915a2ba65','CN=User 0,OU=Unit 1,DC=contoso,DC=com');
INSERT INTO event_value VALUES(3,'who',X'3ca9a7806e4ba4ee1eddd79331b206c5','test');
INSERT INTO event_value VALUES(4,'detail',X'63120543943d4655f6318184014c923e','{"device_id":[null,"APPL00000004"],"identity":[null,"contoso.com/Unit 1/User 1/ExchangeActiveSyncDevices/iPhone§APPL00000004"],"distinguished_name":[null,"CN=iPhone§APPL00000004,CN=ExchangeActiveSyncDevices,CN=User 1,OU=Unit 1,DC=contoso,DC=com"],"owner_dn":[null,"CN=User 1,OU=Unit 1,DC=contoso,DC=com"],"friendly_name":[null,"Ännis iPhone"],"model":[null,"iPhone14C5"],"type":[null,"iPhone"],"os":[null,"iOS 17.4 21E219"],"os_language":[null,"de"],"user_agent":[null,"Apple-iPhone14C5/2105.219"],"client_type":[null,"EAS"],"client_version":[null,"16.1"],"access_state":[null,"Blocked"],"access_reason":[null,"Global"],"first_sync":[null,1767225360000000],"created":[null,1767225360000000],"changed":[null,1767225360000000],"originating_server":[null,"dc1.contoso.com"]}');
INSERT INTO event_value VALUES(4,'device_id',X'7c1201a4690a24eaa3927470c3563ce4','APPL00000004');
INSERT INTO event_value VALUES(4,'mailbox',X'8b033ad222e5364e649c7b2e6636f557','CN=User 1,OU=Unit 1,DC=contoso,DC=com');
INSERT INTO event_value VALUES(4,'who',X'5a21edd79357b0ef595cef4b3519eab2','test');
INSERT INTO event_value VALUES(5,'detail',X'dfeb0449cbb361795cde40c1347d6ce0','{"device_id":[null,"APPL00000001"],"identity":[null,"contoso.com/Unit 1/User 0/ExchangeActiveSyncDevices/iPhone§APPL00000001"],"distinguished_name":[null,"CN=iPhone§APPL00000001,CN=ExchangeActiveSyncDevices,CN=User 0,OU=Unit 1,DC=contoso,DC=com"],"owner_dn":[null,"CN=User 0,OU=Unit 1,DC=contoso,DC=com"],"friendly_name":[null,"Ännis iPhone"],"model":[null,"iPhone14C5"],"type":[null,"iPhone"],"os":[null,"iOS 17.4 21E219"],"os_language":[null,"de"],"user_agent":[null,"Apple-iPhone14C5/2105.219"],"client_type":[null,"EAS"],"client_version":[null,"16.1"],"access_state":[null,"Blocked"],"access_reason":[null,"Global"],"first_sync":[null,1767225540000000],"created":[null,1767225540000000],"changed":[null,1767225540000000],"originating_server":[null,"dc1.contoso.com"]}');
INSERT INTO event_value VALUES(5,'device_id',X'70a56b2c92e1485163ce5ddd0549529c','APPL00000001');
INSERT INTO event_value VALUES(5,'mailbox',X'b7437460676931f141a3a2b8c42763cb','CN=User 0,OU=Unit 1,DC=contoso,DC=com');
INSERT INTO event_value VALUES(5,'who',X'9a5bbd3fb162e6dbf8af1a8cb69016f3','test');
INSERT INTO event_value VALUES(6,'detail',X'e24a4ed476a526f965aec646e094e6c0','{"device_id":[null,"APPL00000003"],"identity":[null,"contoso.com/Unit 1/User 1/ExchangeActiveSyncDevices/iPhone§APPL00000003"],"distinguished_name":[null,"CN=iPhone§APPL00000003,CN=ExchangeActiveSyncDevices,CN=User 1,OU=Unit 1,DC=contoso,DC=com"],"owner_dn":[null,"CN=User 1,OU=Unit 1,DC=contoso,DC=com"],"friendly_name":[null,"Ännis iPhone"],"model":[null,"iPhone14C5"],"type":[null,"iPhone"],"os":[null,"iOS 17.4 21E219"],"os_language":[null,"de"],"user_agent":[null,"Apple-iPhone14C5/2105.219"],"client_type":[null,"EAS"],"client_version":[null,"16.1"],"access_state":[null,"Allowed"],"access_reason":[null,"Global"],"first_sync":[null,1767225420000000],"created":[null,1767225420000000],"changed":[null,1767225420000000],"originating_server":[null,"dc1.contoso.com"]}');
INSERT INTO event_value VALUES(6,'device_id',X'113f08951e4c9f50537c1717b4378f73','APPL00000003');
INSERT INTO event_value VALUES(6,'mailbox',X'c7da9e46a55c22c7b0e64e18e7a06e38','CN=User 1,OU=Unit 1,DC=contoso,DC=com');
INSERT INTO event_value VALUES(6,'who',X'883b19cad2e5bc2f522698b6564d9fed','test');
INSERT INTO event_value VALUES(7,'detail',X'7c071c279f8074e91311f948dd4865db','{"distinguished_name":[null,"CN=User 1,OU=Unit 1,DC=contoso,DC=com"],"identity":[null,"contoso.com/Unit 1/User 1"],"name":[null,"User Number 1"],"display_name":[null,"User Number 1"],"primary_smtp_address":[null,"user1@contoso.com"],"addresses":[null,["SMTP:user1@contoso.com","smtp:other@contoso.com"]],"activesync_enabled":[null,true],"has_partnership":[null,true],"policy":[null,"Default"],"changed":[null,1767225600000000]}');
INSERT INTO event_value VALUES(7,'mailbox',X'f35ccd1a58054a35c0bc9e841853bcfa','CN=User 1,OU=Unit 1,DC=contoso,DC=com');
INSERT INTO event_value VALUES(7,'who',X'506635300e1e942b477b73771481f7a4','test');
INSERT INTO event_value VALUES(8,'detail',X'30653a739ee39dafd012bb03bf7a5976','{"distinguished_name":[null,"CN=User 0,OU=Unit 1,DC=contoso,DC=com"],"identity":[null,"contoso.com/Unit 1/User 0"],"name":[null,"User Number 0"],"display_name":[null,"User Number 0"],"primary_smtp_address":[null,"user0@contoso.com"],"addresses":[null,["SMTP:user0@contoso.com","smtp:other@contoso.com"]],"activesync_enabled":[null,true],"has_partnership":[null,true],"policy":[null,"Default"],"changed":[null,1767225600000000]}');
INSERT INTO event_value VALUES(8,'mailbox',X'c19c0fe65c7920725f3ca5ee686211da','CN=User 0,OU=Unit 1,DC=contoso,DC=com');
INSERT INTO event_value VALUES(8,'who',X'8fc1064bbb84ad288b73aef3a09e2e17','test');
INSERT INTO event_value VALUES(9,'who',X'1e2fa9fba679d0aa09d72c7aa097804f','test');
INSERT INTO event_value VALUES(10,'who',X'0723e3d5697aec440493fc85ec1e6b5a','test');
INSERT INTO event_value VALUES(11,'detail',X'065947ff39bd36f260055cbe4f48dc11','{"os":["iOS 17.4 21E219","iOS 18.0"]}');
INSERT INTO event_value VALUES(11,'device_id',X'a1020eb76fa27415bd429a8847abb9fb','APPL00000002');
INSERT INTO event_value VALUES(11,'mailbox',X'326f1c91f69cd59667d71ad43c98a070','CN=User 0,OU=Unit 1,DC=contoso,DC=com');
INSERT INTO event_value VALUES(11,'who',X'0a6dc7473142eadd4328bf4671048b52','test');
INSERT INTO event_value VALUES(12,'who',X'ecd428ab40f4734d36ad1b3effd29368','test');
INSERT INTO event_value VALUES(13,'detail',X'bd80e36e4e7db5cd92f81acbe237c8eb','{}');
INSERT INTO event_value VALUES(13,'device_id',X'd85e4d557545747facee0f9043b118ef','APPL00000000');
INSERT INTO event_value VALUES(13,'mailbox',X'f3e96d3574f45a063d8bb1d0047e9d55','CN=User 0,OU=Unit 1,DC=contoso,DC=com');
INSERT INTO event_value VALUES(13,'who',X'40d8d91d30db912dc0b486daa92a1120','test');
INSERT INTO event_value VALUES(14,'who',X'96d044c53ef736666f9d4e35620509fb','test');
CREATE TABLE action (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run INTEGER NOT NULL REFERENCES run (id),
  connection INTEGER NOT NULL REFERENCES connection (id),
  fence INTEGER NOT NULL,
  plan TEXT,
  verb TEXT NOT NULL CHECK (verb IN ('allow', 'block', 'release', 'quarantine', 'wipe',
    'account-wipe', 'cancel-wipe', 'remove', 'update', 'create')),
  kind TEXT NOT NULL,
  target_guid TEXT,
  mailbox_guid TEXT,
  mailbox_exchange_guid TEXT,
  device_id TEXT,
  device_guid TEXT,
  first_sync_us INTEGER,
  reason TEXT,
  row_of_table TEXT,
  policy_hash TEXT,
  requester TEXT,
  ticket TEXT,
  is_even_in_observe INTEGER NOT NULL DEFAULT 0 CHECK (is_even_in_observe IN (0, 1)),
  state TEXT NOT NULL CHECK (state IN ('planned', 'claimed', 'sent', 'answered', 'settled',
    'failed', 'unknown', 'refused', 'expired', 'stale')),
  cmdlet TEXT,
  parameters TEXT,
  lists_before TEXT,
  lists_after TEXT,
  server TEXT,
  domain_controller TEXT,
  attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts BETWEEN 0 AND 2),
  answer TEXT,
  error_code INTEGER NOT NULL DEFAULT -1,
  error TEXT,
  planned_us INTEGER NOT NULL,
  expires_us INTEGER,
  claimed_us INTEGER,
  sent_us INTEGER,
  answered_us INTEGER,
  written_us INTEGER,
  reported_us INTEGER,
  CHECK (state IN ('planned', 'refused', 'expired', 'stale') OR claimed_us IS NOT NULL),
  CHECK (verb NOT IN ('wipe', 'account-wipe', 'remove') OR attempts <= 1),
  CHECK (kind <> 'device' OR (device_id IS NOT NULL AND device_guid IS NOT NULL
    AND mailbox_exchange_guid IS NOT NULL))
) STRICT;
CREATE TABLE list_entry (
  connection INTEGER NOT NULL REFERENCES connection (id),
  mailbox_exchange_guid TEXT NOT NULL,
  device_id TEXT NOT NULL COLLATE NOCASE,
  list TEXT NOT NULL CHECK (list IN ('allow', 'block')),
  owner TEXT NOT NULL CHECK (owner IN ('ours', 'foreign')),
  action INTEGER REFERENCES action (id),
  since_us INTEGER NOT NULL,
  PRIMARY KEY (connection, mailbox_exchange_guid, device_id, list)
) STRICT, WITHOUT ROWID;
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('connection',1);
INSERT INTO sqlite_sequence VALUES('run',3);
INSERT INTO sqlite_sequence VALUES('event',14);
CREATE INDEX device_by_guid ON device (connection, guid, born, died, hash, read_us, missing_us);
CREATE INDEX device_by_id ON device (device_key);
CREATE INDEX device_by_owner ON device (owner_key);
CREATE INDEX device_dead ON device (connection, died) WHERE died IS NOT NULL;
CREATE INDEX device_unread ON device (connection) WHERE is_unread = 1;
CREATE INDEX mailbox_by_guid
  ON mailbox (connection, guid, born, died, hash, recipient_hash, read_us, missing_us);
CREATE INDEX mailbox_by_owner ON mailbox (owner_key);
CREATE INDEX mailbox_dead ON mailbox (connection, died) WHERE died IS NOT NULL;
CREATE INDEX device_statistics_by_attempt ON device_statistics (connection, attempted_us);
CREATE INDEX device_statistics_by_reading ON device_statistics (connection, read_us);
CREATE INDEX run_by_connection ON run (connection, id);
CREATE INDEX run_open ON run (connection, kind) WHERE ended_us IS NULL;
CREATE INDEX event_value_by_device ON event_value (value, seq) WHERE name = 'device_id';
CREATE INDEX event_value_by_mailbox ON event_value (value, seq) WHERE name = 'mailbox';
CREATE INDEX action_by_run ON action (run);
CREATE INDEX action_by_device ON action (device_guid, id);
CREATE UNIQUE INDEX action_under_way ON action (connection, mailbox_exchange_guid, device_id)
  WHERE state IN ('claimed', 'sent', 'unknown') AND kind = 'device';
COMMIT;
PRAGMA application_id = 1330861145;

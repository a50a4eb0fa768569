-- 001-first.sql: inventory, runs, lease, sessions, chained events, journal
-- SPDX-License-Identifier: LGPL-2.1-or-later
--
-- Times are microseconds since 1970 UTC. Columns of device, device_statistics and mailbox that are
-- named like a field of the SDK hold that field. A list is its texts, each followed by a zero byte.

-- A connection that was taken away keeps its row, without a name, for what refers to it.
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

-- Rows are versions: the one to see was born at or before its connection's generation and has not
-- died by then. So a run of any size becomes visible by one number, after many short transactions.
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

-- Wide enough to compare the inventory with a listing without reading the rows.
CREATE INDEX device_by_guid ON device (connection, guid, born, died, hash, read_us, missing_us);
-- Keys are hashes of texts in one case: an index of texts would not fit into the cache.
CREATE INDEX device_by_id ON device (device_key);
CREATE INDEX device_by_owner ON device (owner_key);
CREATE INDEX device_dead ON device (connection, died) WHERE died IS NOT NULL;
CREATE INDEX device_unread ON device (connection) WHERE is_unread = 1;

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

CREATE INDEX mailbox_by_guid
  ON mailbox (connection, guid, born, died, hash, recipient_hash, read_us, missing_us);
CREATE INDEX mailbox_by_owner ON mailbox (owner_key);
CREATE INDEX mailbox_dead ON mailbox (connection, died) WHERE died IS NOT NULL;

-- Statistics are read mailbox by mailbox and have a life of their own. read_us is the last success,
-- attempted_us the last try.
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

CREATE INDEX device_statistics_by_attempt ON device_statistics (connection, attempted_us);
CREATE INDEX device_statistics_by_reading ON device_statistics (connection, read_us);

-- What vanished from a full listing that lacked too much, until a second one confirms it.
CREATE TABLE held (
  connection INTEGER NOT NULL REFERENCES connection (id),
  run INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('device', 'mailbox')),
  guid TEXT NOT NULL,
  PRIMARY KEY (connection, run, kind, guid)
) STRICT, WITHOUT ROWID;

-- Few and small: rules, policies, settings, classes, servers. fields is JSON.
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

-- One row: the fencing number grows for ever.
CREATE TABLE lease (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  fence INTEGER NOT NULL,
  process TEXT,
  holder TEXT,
  acquired_us INTEGER,
  expires_us INTEGER,
  CHECK ((process IS NULL) = (expires_us IS NULL))
) STRICT;

INSERT INTO lease (id, fence) VALUES (1, 0);

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

CREATE INDEX run_by_connection ON run (connection, id);
CREATE INDEX run_open ON run (connection, kind) WHERE ended_us IS NULL;

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

-- fingerprint tells the file that held the secret, never the secret.
CREATE TABLE refusal (
  connection TEXT NOT NULL,
  identity TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  error TEXT,
  refused_us INTEGER NOT NULL,
  PRIMARY KEY (connection, identity)
) STRICT, WITHOUT ROWID;

-- The audit trail. hash covers everything in the row and the hash before it; commitments holds, for
-- each personal value, one byte that tells which and 32 bytes SHA-256 of salt and value.
CREATE TABLE event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  time_us INTEGER NOT NULL,
  kind TEXT NOT NULL,
  connection TEXT,
  detail TEXT,
  commitments BLOB NOT NULL,
  hash BLOB NOT NULL CHECK (length (hash) = 32)
) STRICT;

-- The personal values themselves. Without its salt a commitment says nothing: to pseudonymise a
-- person, the value is replaced and the salt is set to null.
CREATE TABLE event_value (
  seq INTEGER NOT NULL REFERENCES event (seq),
  name TEXT NOT NULL CHECK (name IN ('device_id', 'mailbox', 'who', 'detail')),
  salt BLOB,
  value TEXT NOT NULL,
  PRIMARY KEY (seq, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX event_value_by_device ON event_value (value, seq) WHERE name = 'device_id';
CREATE INDEX event_value_by_mailbox ON event_value (value, seq) WHERE name = 'mailbox';

-- The journal: what shall be, is being and was sent to Exchange. An action is claimed, under a
-- fence, before it is sent; a successor reads Exchange before it touches one that is claimed.
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

CREATE INDEX action_by_run ON action (run);
CREATE INDEX action_by_device ON action (device_guid, id);
-- Two hands never work on one partnership.
CREATE UNIQUE INDEX action_under_way ON action (connection, mailbox_exchange_guid, device_id)
  WHERE state IN ('claimed', 'sent', 'unknown') AND kind = 'device';

-- Whose an entry in a mailbox's personal lists is.
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

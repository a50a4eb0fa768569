/* models.c: what phones there are, and what people are called */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "models.h"

#define APPLE(type_, model_, os_, agent_, id_, weight_)                                            \
  {                                                                                                \
    type_, model_, os_, "Apple-" model_ "/" agent_, "16.1", NULL, type_, id_, SIM_CLIENT_EAS,      \
      weight_                                                                                      \
  }
#define SAMSUNG(model_, os_, agent_, weight_)                                                      \
  {                                                                                                \
    "SAMSUNG" model_, "SM-" model_, os_, "SAMSUNG-SM-" model_ "/" agent_, "14.1", NULL, "Galaxy",  \
      SIM_ID_SAMSUNG, SIM_CLIENT_EAS, weight_                                                      \
  }

static const SimModel MODELS[] = {
  APPLE ("iPhone", "iPhone15C4", "iOS 18.6.2 22G100", "2207.100", SIM_ID_BASE32, 16),
  APPLE ("iPhone", "iPhone14C5", "iOS 17.7.1 21H216", "2108.216", SIM_ID_BASE32, 12),
  APPLE ("iPhone", "iPhone12C8", "iOS 16.7.10 20H350", "2008.350", SIM_ID_BASE32, 7),
  APPLE ("iPhone", "iPhone10C6", "iOS 15.8.3 19H386", "1908.386", SIM_ID_SERIAL, 4),
  APPLE ("iPad", "iPad13C4", "iPadOS 18.6.2 22G100", "2207.100", SIM_ID_BASE32, 7),
  APPLE ("iPad", "iPad7C11", "iPadOS 17.7 21H16", "2108.16", SIM_ID_SERIAL, 3),
  SAMSUNG ("SMG991B", "Android 14", "101.140", 9),
  SAMSUNG ("SMS921B", "Android 15", "101.150", 8),
  SAMSUNG ("SMG960F", "Android 10", "101.100", 3),
  SAMSUNG ("SMT733", "Android 14", "101.140", 2),
  { "Android", "Pixel 8", "Android 15", "Android/15-EAS-2.0", "16.1", NULL, "Pixel", SIM_ID_ANDROID,
    SIM_CLIENT_EAS, 6 },
  { "Android", "Pixel 6a", "Android 14", "Android/14-EAS-2.0", "16.1", NULL, "Pixel",
    SIM_ID_ANDROID, SIM_CLIENT_EAS, 4 },
  { "Outlook", "Outlook for iOS and Android", "OutlookBasicAuth", "Outlook-iOS-Android/1.0", "16.1",
    NULL, "Outlook", SIM_ID_HEX, SIM_CLIENT_EAS, 7 },
  { "OutlookService", "Outlook for iOS and Android", "iOS 18.6", "OutlookService/1.0", "16.1", NULL,
    "Outlook", SIM_ID_HEX, SIM_CLIENT_EAS, 3 },
  { "Outlook", "Outlook for iOS and Android", "Android 15", "Outlook-Android/2.0", "4.2443.1", "Hx",
    "Outlook", SIM_ID_HEX, SIM_CLIENT_OUTLOOK, 4 },
  { "Outlook", "Outlook for iOS and Android", "iOS 17.7", "Outlook-iOS/2.0", "1.0", "REST",
    "Outlook", SIM_ID_LOWER_HEX, SIM_CLIENT_REST, 1 },
  { "WindowsMail", "Virtual Machine", "Windows 10.0.19045", "MSFT-WIN-4/10.0.19045", "14.0", NULL,
    "PC", SIM_ID_HEX, SIM_CLIENT_EAS, 3 },
  { "WP8", "RM-940_eu_Grüße", "Windows Phone 8.10.14219", "MSFT-WP/8.10.14219", "14.1", NULL,
    "Lumia", SIM_ID_HEX, SIM_CLIENT_EAS, 1 },
};

static const SimModel UNKNOWN = { "Tizen", "SM-Z400F",   "Tizen 3.0", "Tizen-SM-Z400F/3.0", "14.1",
                                  NULL,    "Samsung Z4", SIM_ID_HEX,  SIM_CLIENT_EAS,       0 };

const SimModel *
sim_model_draw (guint64 number)
{
  guint left = (guint)(number % 100);
  for (guint i = 0; i + 1 < G_N_ELEMENTS (MODELS); i++)
    {
      if (left < MODELS[i].weight)
        return &MODELS[i];
      left -= MODELS[i].weight;
    }
  return &MODELS[G_N_ELEMENTS (MODELS) - 1];
}

const SimModel *
sim_model_unknown (void)
{
  return &UNKNOWN;
}

/* Inlined, so that no division by a number unknown to the compiler is left: a listing in slices
   computes every ID of the world again for each slice. */
G_ALWAYS_INLINE static inline void
append_digits (GString *out, guint64 number, guint count, guint base, const char *alphabet)
{
  char text[26];
  for (guint i = count; i > 0; i--, number /= base)
    text[i - 1] = alphabet[number % base];
  g_string_append_len (out, text, count);
}

void
sim_model_append_id (const SimModel *model, guint64 scrambled, guint64 drawn, GString *out)
{
  static const char CAPITALS[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  static const char SMALL[] = "0123456789abcdef";
  switch (model->id_kind)
    {
    case SIM_ID_SERIAL:
      g_string_append (out, "Appl");
      append_digits (out, scrambled, 12, 36, CAPITALS);
      break;
    case SIM_ID_BASE32:
      append_digits (out, scrambled, 13, 32, CAPITALS);
      append_digits (out, drawn, 13, 32, CAPITALS);
      break;
    case SIM_ID_SAMSUNG:
      g_string_append (out, "SEC");
      append_digits (out, scrambled >> 12, 13, 16, CAPITALS);
      break;
    case SIM_ID_ANDROID:
      g_string_append (out, "androidc");
      append_digits (out, scrambled, 19, 10, CAPITALS);
      break;
    case SIM_ID_HEX:
    case SIM_ID_LOWER_HEX:
      append_digits (out, scrambled, 16, 16, model->id_kind == SIM_ID_HEX ? CAPITALS : SMALL);
      append_digits (out, drawn, 16, 16, model->id_kind == SIM_ID_HEX ? CAPITALS : SMALL);
      break;
    }
}

const SimPerson sim_first_names[SIM_FIRST_NAMES] = {
  { "Anna", "anna" },
  { "Björn", "bjoern" },
  { "Chloé", "chloe" },
  { "Dmitri", "dmitri" },
  { "Élise", "elise" },
  { "François", "francois" },
  { "Grażyna", "grazyna" },
  { "Håkon", "hakon" },
  { "Ivana", "ivana" },
  { "José", "jose" },
  { "Katharina", "katharina" },
  { "Lucía", "lucia" },
  { "Müge", "muege" },
  { "Noël", "noel" },
  { "Olga", "olga" },
  { "Paweł", "pawel" },
  { "Quentin", "quentin" },
  { "Renée", "renee" },
  { "Søren", "soeren" },
  { "Teresa", "teresa" },
  { "Ursula", "ursula" },
  { "Václav", "vaclav" },
  { "William", "william" },
  { "Xenia", "xenia" },
  { "Yusuf", "yusuf" },
  { "Zuzana", "zuzana" },
  { "Alice", "alice" },
  { "Benjamin", "benjamin" },
  { "Carmen", "carmen" },
  { "David", "david" },
  { "Emma", "emma" },
  { "Fatima", "fatima" },
  { "George", "george" },
  { "Hannah", "hannah" },
  { "Isaac", "isaac" },
  { "Julia", "julia" },
  { "Karim", "karim" },
  { "Laura", "laura" },
  { "Martin", "martin" },
  { "Nadia", "nadia" },
  { "Oliver", "oliver" },
  { "Priya", "priya" },
  { "Rosa", "rosa" },
  { "Samuel", "samuel" },
  { "Tomás", "tomas" },
  { "Victoria", "victoria" },
  { "Wei", "wei" },
  { "Lena", "lena" },
};

const SimPerson sim_last_names[SIM_LAST_NAMES] = {
  { "Müller", "mueller" },
  { "Smith", "smith" },
  { "Novák", "novak" },
  { "García", "garcia" },
  { "Øberg", "oberg" },
  { "Petrov", "petrov" },
  { "Şahin", "sahin" },
  { "O'Neil", "oneil" },
  { "Dvořák", "dvorak" },
  { "Lindström", "lindstroem" },
  { "Weiß", "weiss" },
  { "Nguyễn", "nguyen" },
  { "Kowalski", "kowalski" },
  { "Dubois", "dubois" },
  { "Rossi", "rossi" },
  { "Jansen", "jansen" },
  { "Andersson", "andersson" },
  { "Brown", "brown" },
  { "Costa", "costa" },
  { "Demir", "demir" },
  { "Evans", "evans" },
  { "Ferreira", "ferreira" },
  { "Gupta", "gupta" },
  { "Hoffmann", "hoffmann" },
  { "Ivanova", "ivanova" },
  { "Jones", "jones" },
  { "Kim", "kim" },
  { "López", "lopez" },
  { "Martin", "martin" },
  { "Nielsen", "nielsen" },
  { "Okafor", "okafor" },
  { "Papadopoulos", "papadopoulos" },
  { "Quinn", "quinn" },
  { "Richter", "richter" },
  { "Schneider", "schneider" },
  { "Taylor", "taylor" },
  { "Urban", "urban" },
  { "Virtanen", "virtanen" },
  { "Wagner", "wagner" },
  { "Young", "young" },
  { "Zimmermann", "zimmermann" },
  { "Almeida", "almeida" },
  { "Becker", "becker" },
  { "Carter", "carter" },
  { "Dahl", "dahl" },
  { "Eriksen", "eriksen" },
  { "Fischer", "fischer" },
  { "Greene", "greene" },
  { "Horváth", "horvath" },
  { "Ito", "ito" },
  { "Johansson", "johansson" },
  { "Keller", "keller" },
  { "Larsen", "larsen" },
  { "Moreau", "moreau" },
  { "Nowak", "nowak" },
  { "Olsen", "olsen" },
  { "Popescu", "popescu" },
  { "Roberts", "roberts" },
  { "Santos", "santos" },
  { "Tanaka", "tanaka" },
  { "Walker", "walker" },
  { "Bauer", "bauer" },
  { "Clarke", "clarke" },
  { "Lehmann", "lehmann" },
};

const SimOddMailbox sim_odd_mailboxes[] = {
  { 3, "Zoë O'Neill", "zoe.oneill", NULL, NULL },
  { 7, "Mustermann, Max", "max.mustermann", NULL, "_" },
  { 12, "Sales/Support EMEA", "sales.support", NULL, "-" },
  { 19, "山田 太郎", "yamada", NULL, "山" },
  { 25, "Łukasz Żółć", "lukasz.zolc", NULL, "{" },
  { 33, "Smile 😀 Team", "smile.team", NULL, NULL },
  { 41, "Bob \"Ace\" <R&D>", "bob.ace", NULL, "ä" },
  { 52, "_x0041_ Test", "escape.test", "_x000D_ _X005F_ __x0020_", "*" },
  { 64, "Front Desk", "front.desk", "Front\tDesk\r\nBerlin \177", "'" },
  { 77, "Gruppe + Co; #1", "gruppe.co", NULL, "z" },
  { 0, NULL, NULL, NULL, NULL },
};

/* hostile.c: answers as no honest server gives them */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hostile.h"

#include "plugins/shared/remoting/psrp-fragment.h"

#include <string.h>

#define DEPTH 10000
#define CLAIMED_LENGTH 1000000000u
#define STREAM_START "<rsp:Stream "
#define STREAM_END "</rsp:Stream>"

static void
insert_before (GString *xml, const char *mark, const char *text)
{
  const char *found = strstr (xml->str, mark);
  g_string_insert (xml, found == NULL ? 0 : found - xml->str, text);
}

static void
add_document_type (GString *xml)
{
  g_string_prepend (xml, "<!DOCTYPE s:Envelope [<!ENTITY a \"b\">]>");
}

/* Ten entities, each ten of the one before. */
static void
add_entity_bomb (GString *xml)
{
  g_autoptr (GString) type = g_string_new ("<!DOCTYPE s:Envelope [<!ENTITY e0 \"bomb \">");
  for (guint i = 1; i <= 10; i++)
    {
      g_string_append_printf (type, "<!ENTITY e%u \"", i);
      for (guint j = 0; j < 10; j++)
        g_string_append_printf (type, "&e%u;", i - 1);
      g_string_append (type, "\">");
    }
  g_string_append (type, "]>");
  insert_before (xml, "</s:Body>", "&e10;");
  g_string_prepend (xml, type->str);
}

static void
add_depth (GString *xml)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < DEPTH; i++)
    g_string_append (text, "<rsp:x>");
  for (guint i = 0; i < DEPTH; i++)
    g_string_append (text, "</rsp:x>");
  insert_before (xml, "</s:Body>", text->str);
}

/* ---- the first output of a Receive ----------------------------------------------------------- */

/**
 * Output:
 * @start: where its base64 begins in the answer
 * @length: how long that is
 * @bytes: the fragment
 */
typedef struct {
  gsize start;
  gsize length;
  GByteArray *bytes;
} Output;

/* The first stream of a pipeline that holds a whole message of output. */
static gboolean
find_output (const GString *xml, Output *output)
{
  for (const char *stream = strstr (xml->str, STREAM_START); stream != NULL;
       stream = strstr (stream + 1, STREAM_START))
    {
      const char *text = strchr (stream, '>');
      const char *end = text == NULL ? NULL : strstr (text, STREAM_END);
      if (end == NULL)
        return FALSE;
      text++;
      g_autofree char *base64 = g_strndup (text, (gsize)(end - text));
      gsize length;
      g_autofree guchar *bytes = g_base64_decode (base64, &length);
      guint32 type;
      if (length <= OST_PSRP_FRAGMENT_HEADER_SIZE + OST_PSRP_HEADER_SIZE || (bytes[16] & 3) != 3)
        continue;
      memcpy (&type, bytes + OST_PSRP_FRAGMENT_HEADER_SIZE + 4, sizeof type);
      if (GUINT32_FROM_LE (type) != OST_PSRP_PIPELINE_OUTPUT)
        continue;
      output->start = (gsize)(text - xml->str);
      output->length = (gsize)(end - text);
      output->bytes = g_byte_array_append (g_byte_array_new (), bytes, (guint)length);
      return TRUE;
    }
  return FALSE;
}

static void
put_base64 (GString *xml, const Output *output, const char *base64)
{
  g_string_erase (xml, (gssize)output->start, (gssize)output->length);
  g_string_insert (xml, (gssize)output->start, base64);
}

static void
put_bytes (GString *xml, const Output *output, const GByteArray *bytes)
{
  g_autofree char *base64 = g_base64_encode (bytes->data, bytes->len);
  put_base64 (xml, output, base64);
}

static void
put_u64 (guint8 *at, guint64 number)
{
  number = GUINT64_TO_BE (number);
  memcpy (at, &number, sizeof number);
}

static void
put_length (guint8 *at, guint32 number)
{
  number = GUINT32_TO_BE (number);
  memcpy (at, &number, sizeof number);
}

/* Cuts the fragment in two; the second may come first, or be of another object. */
static void
put_halves (GString *xml, const Output *output, gboolean is_reversed, gboolean is_foreign)
{
  const guint8 *whole = output->bytes->data;
  guint8 heads[2][OST_PSRP_FRAGMENT_HEADER_SIZE];
  guint length = output->bytes->len - OST_PSRP_FRAGMENT_HEADER_SIZE;
  const guint lengths[] = { length / 2, length - length / 2 };
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  for (guint i = 0; i < 2; i++)
    {
      memcpy (heads[i], whole, sizeof heads[i]);
      put_u64 (heads[i] + 8, i);
      heads[i][16] = i == 0 ? 1 : 2;
      put_length (heads[i] + 17, lengths[i]);
    }
  if (is_foreign)
    put_u64 (heads[1], G_GUINT64_CONSTANT (999999999));
  for (guint i = 0; i < 2; i++)
    {
      guint which = is_reversed ? 1 - i : i;
      const guint8 *payload = whole + OST_PSRP_FRAGMENT_HEADER_SIZE + (which == 0 ? 0 : lengths[0]);
      g_byte_array_append (bytes, heads[which], sizeof heads[which]);
      g_byte_array_append (bytes, payload, lengths[which]);
    }
  put_bytes (xml, output, bytes);
}

static void
put_payload (GString *xml, const Output *output, const char *payload)
{
  gsize length = strlen (payload);
  GByteArray *bytes = output->bytes;
  g_byte_array_set_size (bytes, OST_PSRP_FRAGMENT_HEADER_SIZE + OST_PSRP_HEADER_SIZE);
  put_length (bytes->data + 17, (guint32)(OST_PSRP_HEADER_SIZE + length));
  g_byte_array_append (bytes, (const guint8 *)payload, (guint)length);
  put_bytes (xml, output, bytes);
}

static void
put_deep_object (GString *xml, const Output *output)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < DEPTH; i++)
    g_string_append_printf (text, "<Obj RefId=\"%u\"><MS>", i);
  for (guint i = 0; i < DEPTH; i++)
    g_string_append (text, "</MS></Obj>");
  put_payload (xml, output, text->str);
}

static void
put_wrong_base64 (GString *xml, const Output *output, gboolean is_short)
{
  g_autofree char *base64 = g_strndup (xml->str + output->start, output->length);
  if (is_short)
    base64[output->length - 3] = '\0';
  else
    base64[output->length / 2] = '!';
  put_base64 (xml, output, base64);
}

static gboolean
change_output (const SimArmedFault *fault, GString *xml)
{
  Output output;
  if (!find_output (xml, &output))
    return FALSE;
  switch (fault->kind)
    {
    case SIM_FAULT_BAD_BASE64:
    case SIM_FAULT_SHORT_BASE64:
      put_wrong_base64 (xml, &output, fault->kind == SIM_FAULT_SHORT_BASE64);
      break;
    case SIM_FAULT_FRAGMENT_ORDER:
    case SIM_FAULT_FRAGMENT_OBJECT:
      put_halves (xml, &output, fault->kind == SIM_FAULT_FRAGMENT_ORDER,
                  fault->kind == SIM_FAULT_FRAGMENT_OBJECT);
      break;
    case SIM_FAULT_FRAGMENT_LENGTH:
      put_length (output.bytes->data + 17, CLAIMED_LENGTH);
      put_bytes (xml, &output, output.bytes);
      break;
    case SIM_FAULT_UNKNOWN_REF:
      put_payload (xml, &output, "<Obj RefId=\"0\"><MS><Ref N=\"x\" RefId=\"4711\" /></MS></Obj>");
      break;
    case SIM_FAULT_DEEP_OBJECT:
      put_deep_object (xml, &output);
      break;
    default:
      put_payload (xml, &output, fault->body == NULL ? "<Obj" : fault->body);
      break;
    }
  g_byte_array_unref (output.bytes);
  return TRUE;
}

gboolean
sim_hostile_change (const SimArmedFault *fault, GString *xml)
{
  switch (fault->kind)
    {
    case SIM_FAULT_DOCTYPE:
      add_document_type (xml);
      return TRUE;
    case SIM_FAULT_ENTITY_BOMB:
      add_entity_bomb (xml);
      return TRUE;
    case SIM_FAULT_DEEP:
      add_depth (xml);
      return TRUE;
    default:
      return sim_fault_wants_output (fault->kind) && change_output (fault, xml);
    }
}

/* records.c: what goes wrong, as the records that PowerShell makes of it */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "records.h"

#include <string.h>

#define AUTOMATION "System.Management.Automation."
#define EXCHANGE_EXCEPTIONS "Microsoft.Exchange.Configuration.Tasks."
#define TARGET_IS_TEXT "String"

static const char *const ERROR_TYPES[] = { AUTOMATION "ErrorRecord", "System.Object", NULL };
static const char *const DATA_TYPES[]
  = { "System.Collections.ListDictionaryInternal", "System.Object", NULL };
static const char *const INVOCATION_TYPES[]
  = { AUTOMATION "InvocationInfo", "System.Object", NULL };
static const char *const WARNING_TYPES[]
  = { AUTOMATION "WarningRecord", AUTOMATION "InformationalRecord", "System.Object", NULL };
static const char *const DICTIONARY_TYPES[]
  = { AUTOMATION "PSPrimitiveDictionary", "System.Collections.Hashtable", "System.Object", NULL };

static const char *const CATEGORY_NAMES[] = {
  [SIM_CATEGORY_NOT_SPECIFIED] = "NotSpecified",
  [SIM_CATEGORY_INVALID_ARGUMENT] = "InvalidArgument",
  [SIM_CATEGORY_INVALID_DATA] = "InvalidData",
  [SIM_CATEGORY_INVALID_OPERATION] = "InvalidOperation",
  [SIM_CATEGORY_NOT_IMPLEMENTED] = "NotImplemented",
  [SIM_CATEGORY_OBJECT_NOT_FOUND] = "ObjectNotFound",
  [SIM_CATEGORY_OPERATION_STOPPED] = "OperationStopped",
  [SIM_CATEGORY_PARSER_ERROR] = "ParserError",
  [SIM_CATEGORY_RESOURCE_EXISTS] = "ResourceExists",
};

void
sim_failure_clear (SimFailure *failure)
{
  g_free (failure->message);
  g_strfreev (failure->exception);
  g_free (failure->id);
  g_free (failure->activity);
  g_free (failure->target);
  *failure = (SimFailure){ 0 };
}

void
sim_failure_set (SimFailure *failure, const char *exception, SimCategory category, const char *id,
                 const char *activity, const char *target, char *message)
{
  g_autoptr (GStrvBuilder) types = g_strv_builder_new ();
  sim_failure_clear (failure);
  g_strv_builder_add (types, exception);
  if (strcmp (exception, AUTOMATION "ParameterBindingValidationException") == 0)
    g_strv_builder_add (types, AUTOMATION "ParameterBindingException");
  if (g_str_has_prefix (exception, AUTOMATION))
    g_strv_builder_add_many (types, AUTOMATION "RuntimeException", "System.SystemException", NULL);
  else if (strcmp (exception, "System.ArgumentException") == 0)
    g_strv_builder_add (types, "System.SystemException");
  g_strv_builder_add_many (types, "System.Exception", "System.Object", NULL);
  failure->exception = g_strv_builder_end (types);
  failure->message = message;
  failure->id = g_strdup (id);
  failure->category = category;
  failure->activity = g_strdup (activity);
  failure->target = g_strdup (target);
}

void
sim_failure_set_exchange (SimFailure *failure, const char *exception, SimCategory category,
                          const char *activity, const char *class_name, const char *target,
                          char *message)
{
  g_autofree char *request = g_uuid_string_random ();
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%-m/%-d/%Y %-I:%M:%S %p");
  g_autofree char *id
    = g_strdup_printf ("[Server=EX01,RequestId=%s,TimeStamp=%s] [FailureCategory=Cmdlet-%s] %X,%s",
                       request, time, exception, g_str_hash (message), class_name);
  g_autofree char *full = g_strconcat (EXCHANGE_EXCEPTIONS, exception, NULL);
  sim_failure_set (failure, full, category, id, activity, target, message);
}

static void
write_exception (OstClixmlWriter *writer, const SimFailure *failure)
{
  g_autofree char *text = g_strdup_printf ("%s: %s", failure->exception[0], failure->message);
  gboolean is_ours = g_str_has_prefix (failure->exception[0], EXCHANGE_EXCEPTIONS);
  ost_clixml_writer_begin_object (writer, "Exception", (const char *const *)failure->exception);
  ost_clixml_writer_add_to_string (writer, text);
  ost_clixml_writer_begin_properties (writer);
  ost_clixml_writer_add_nil (writer, "TargetSite");
  ost_clixml_writer_add_string (writer, "Message", failure->message);
  ost_clixml_writer_begin_object (writer, "Data", DATA_TYPES);
  ost_clixml_writer_begin_dictionary (writer);
  ost_clixml_writer_end_dictionary (writer);
  ost_clixml_writer_end_object (writer);
  ost_clixml_writer_add_nil (writer, "InnerException");
  ost_clixml_writer_add_nil (writer, "HelpLink");
  ost_clixml_writer_add_string (writer, "Source",
                                is_ours ? "Microsoft.Exchange.Configuration.ObjectModel" : NULL);
  ost_clixml_writer_add_int32 (writer, "HResult", is_ours ? -2146233088 : -2146233087);
  ost_clixml_writer_add_nil (writer, "StackTrace");
  ost_clixml_writer_end_properties (writer);
  ost_clixml_writer_end_object (writer);
}

static void
write_invocation (OstClixmlWriter *writer, const SimFailure *failure)
{
  if (failure->activity == NULL)
    {
      ost_clixml_writer_add_nil (writer, "InvocationInfo");
      return;
    }
  ost_clixml_writer_begin_object (writer, "InvocationInfo", INVOCATION_TYPES);
  ost_clixml_writer_add_to_string (writer, AUTOMATION "InvocationInfo");
  ost_clixml_writer_begin_properties (writer);
  ost_clixml_writer_add_string (writer, "MyCommand", failure->activity);
  ost_clixml_writer_add_int32 (writer, "ScriptLineNumber", 0);
  ost_clixml_writer_add_int32 (writer, "OffsetInLine", 0);
  ost_clixml_writer_add_int64 (writer, "HistoryId", 1);
  ost_clixml_writer_add_string (writer, "ScriptName", "");
  ost_clixml_writer_add_string (writer, "Line", "");
  ost_clixml_writer_add_string (writer, "PositionMessage", "");
  ost_clixml_writer_add_string (writer, "InvocationName", failure->activity);
  ost_clixml_writer_add_int32 (writer, "PipelineLength", 0);
  ost_clixml_writer_add_int32 (writer, "PipelinePosition", 0);
  ost_clixml_writer_add_boolean (writer, "ExpectingInput", FALSE);
  ost_clixml_writer_add_string (writer, "CommandOrigin", "Internal");
  ost_clixml_writer_end_properties (writer);
  ost_clixml_writer_end_object (writer);
}

void
sim_write_error (OstClixmlWriter *writer, const char *name, const SimFailure *failure)
{
  const char *dot = strrchr (failure->exception[0], '.');
  const char *reason = dot == NULL ? failure->exception[0] : dot + 1;
  const char *activity = failure->activity == NULL ? "" : failure->activity;
  const char *target = failure->target == NULL ? "" : failure->target;
  const char *target_type = failure->target == NULL ? "" : TARGET_IS_TEXT;
  g_autofree char *summary
    = g_strdup_printf ("%s: (%s:%s) [%s], %s", CATEGORY_NAMES[failure->category], target,
                       target_type, activity, reason);
  ost_clixml_writer_begin_object (writer, name, ERROR_TYPES);
  ost_clixml_writer_add_to_string (writer, failure->message);
  ost_clixml_writer_begin_members (writer);
  write_exception (writer, failure);
  ost_clixml_writer_add_string (writer, "TargetObject", failure->target);
  ost_clixml_writer_add_string (writer, "FullyQualifiedErrorId", failure->id);
  write_invocation (writer, failure);
  ost_clixml_writer_add_int32 (writer, "ErrorCategory_Category", (gint32)failure->category);
  ost_clixml_writer_add_string (writer, "ErrorCategory_Activity", activity);
  ost_clixml_writer_add_string (writer, "ErrorCategory_Reason", reason);
  ost_clixml_writer_add_string (writer, "ErrorCategory_TargetName", target);
  ost_clixml_writer_add_string (writer, "ErrorCategory_TargetType", target_type);
  ost_clixml_writer_add_string (writer, "ErrorCategory_Message", summary);
  ost_clixml_writer_add_boolean (writer, "SerializeExtendedInfo", FALSE);
  ost_clixml_writer_end_members (writer);
  ost_clixml_writer_end_object (writer);
}

void
sim_write_warning (OstClixmlWriter *writer, const char *message)
{
  ost_clixml_writer_begin_object (writer, NULL, WARNING_TYPES);
  ost_clixml_writer_add_to_string (writer, message);
  ost_clixml_writer_begin_members (writer);
  ost_clixml_writer_add_string (writer, "InformationalRecord_Message", message);
  ost_clixml_writer_add_boolean (writer, "InformationalRecord_SerializeInvocationInfo", FALSE);
  ost_clixml_writer_end_members (writer);
  ost_clixml_writer_end_object (writer);
}

void
sim_write_pipeline_state (OstClixmlWriter *writer, int state, const SimFailure *failure)
{
  ost_clixml_writer_begin_object (writer, NULL, NULL);
  ost_clixml_writer_begin_members (writer);
  ost_clixml_writer_add_int32 (writer, "PipelineState", state);
  if (failure != NULL && failure->message != NULL)
    sim_write_error (writer, "ExceptionAsErrorRecord", failure);
  ost_clixml_writer_end_members (writer);
  ost_clixml_writer_end_object (writer);
}

void
sim_write_pool_state (OstClixmlWriter *writer, int state)
{
  ost_clixml_writer_begin_object (writer, NULL, NULL);
  ost_clixml_writer_begin_members (writer);
  ost_clixml_writer_add_int32 (writer, "RunspaceState", state);
  ost_clixml_writer_end_members (writer);
  ost_clixml_writer_end_object (writer);
}

void
sim_write_capability (OstClixmlWriter *writer, const char *protocol_version)
{
  ost_clixml_writer_begin_object (writer, NULL, NULL);
  ost_clixml_writer_begin_members (writer);
  ost_clixml_writer_add_version (writer, "protocolversion", protocol_version);
  ost_clixml_writer_add_version (writer, "PSVersion", "2.0");
  ost_clixml_writer_add_version (writer, "SerializationVersion", "1.1.0.1");
  ost_clixml_writer_end_members (writer);
  ost_clixml_writer_end_object (writer);
}

/* ---- APPLICATION_PRIVATE_DATA ---------------------------------------------------------------- */

static void
add_entry (OstClixmlWriter *writer, const char *key, const char *tag, const char *text)
{
  ost_clixml_writer_begin_entry (writer);
  ost_clixml_writer_add_string (writer, "Key", key);
  ost_clixml_writer_add_element (writer, tag, "Value", text);
  ost_clixml_writer_end_entry (writer);
}

static void
begin_dictionary (OstClixmlWriter *writer, const char *name)
{
  ost_clixml_writer_begin_object (writer, name, DICTIONARY_TYPES);
  ost_clixml_writer_begin_dictionary (writer);
}

static void
end_dictionary (OstClixmlWriter *writer)
{
  ost_clixml_writer_end_dictionary (writer);
  ost_clixml_writer_end_object (writer);
}

/* As Windows PowerShell 5.1 on a server has it. */
void
sim_write_private_data (OstClixmlWriter *writer)
{
  ost_clixml_writer_begin_object (writer, NULL, NULL);
  ost_clixml_writer_begin_members (writer);
  begin_dictionary (writer, "ApplicationPrivateData");
  add_entry (writer, "SupportedVersions", "S", "14.0.0.0-14.99.99.99;15.0.0.0-15.99.99.99");
  ost_clixml_writer_begin_entry (writer);
  ost_clixml_writer_add_string (writer, "Key", "ImplicitRemoting");
  begin_dictionary (writer, "Value");
  add_entry (writer, "Hash", "S", "exchange-sim");
  end_dictionary (writer);
  ost_clixml_writer_end_entry (writer);
  ost_clixml_writer_begin_entry (writer);
  ost_clixml_writer_add_string (writer, "Key", "PSVersionTable");
  begin_dictionary (writer, "Value");
  add_entry (writer, "PSVersion", "Version", "5.1.20348.2849");
  add_entry (writer, "PSEdition", "S", "Desktop");
  add_entry (writer, "BuildVersion", "Version", "10.0.20348.2849");
  add_entry (writer, "CLRVersion", "Version", "4.0.30319.42000");
  add_entry (writer, "WSManStackVersion", "Version", "3.0");
  add_entry (writer, "PSRemotingProtocolVersion", "Version", "2.3");
  add_entry (writer, "SerializationVersion", "Version", "1.1.0.1");
  end_dictionary (writer);
  ost_clixml_writer_end_entry (writer);
  end_dictionary (writer);
  ost_clixml_writer_end_members (writer);
  ost_clixml_writer_end_object (writer);
}

/* psrp-payload.c: the CLIXML of the messages that we send */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "psrp-payload.h"

const char *const ost_psrp_list_types[]
  = { "System.Collections.Generic.List`1[[System.Management.Automation.PSObject, "
      "System.Management.Automation, Version=1.0.0.0, Culture=neutral, "
      "PublicKeyToken=31bf3856ad364e35]]",
      "System.Object", NULL };

static const char *const apartment_types[]
  = { "System.Management.Automation.Runspaces.ApartmentState", "System.Enum", "System.ValueType",
      "System.Object", NULL };

void
ost_psrp_write_session_capability (OstClixmlWriter *writer, const char *protocol_version)
{
  ost_clixml_writer_begin_object (writer, NULL, NULL);
  ost_clixml_writer_begin_members (writer);
  ost_clixml_writer_add_version (writer, "protocolversion", protocol_version);
  /* These two are the same for every version of PowerShell. */
  ost_clixml_writer_add_version (writer, "PSVersion", "2.0");
  ost_clixml_writer_add_version (writer, "SerializationVersion", "1.1.0.1");
  ost_clixml_writer_end_members (writer);
  ost_clixml_writer_end_object (writer);
}

/* Without a host the server asks no questions: a cmdlet that wants to fails there. */
static void
write_host_info (OstClixmlWriter *writer)
{
  ost_clixml_writer_begin_object (writer, "HostInfo", NULL);
  ost_clixml_writer_begin_members (writer);
  ost_clixml_writer_add_boolean (writer, "_isHostNull", TRUE);
  ost_clixml_writer_add_boolean (writer, "_isHostUINull", TRUE);
  ost_clixml_writer_add_boolean (writer, "_isHostRawUINull", TRUE);
  ost_clixml_writer_add_boolean (writer, "_useRunspaceHost", TRUE);
  ost_clixml_writer_end_members (writer);
  ost_clixml_writer_end_object (writer);
}

void
ost_psrp_write_init_pool (OstClixmlWriter *writer)
{
  static const char *const thread_types[]
    = { "System.Management.Automation.Runspaces.PSThreadOptions", "System.Enum", "System.ValueType",
        "System.Object", NULL };

  ost_clixml_writer_begin_object (writer, NULL, NULL);
  ost_clixml_writer_begin_members (writer);
  ost_clixml_writer_add_int32 (writer, "MinRunspaces", 1);
  ost_clixml_writer_add_int32 (writer, "MaxRunspaces", 1);
  ost_clixml_writer_add_enum (writer, "PSThreadOptions", thread_types, "Default", 0);
  ost_clixml_writer_add_enum (writer, "ApartmentState", apartment_types, "UNKNOWN", 2);
  write_host_info (writer);
  ost_clixml_writer_add_nil (writer, "ApplicationArguments");
  ost_clixml_writer_end_members (writer);
  ost_clixml_writer_end_object (writer);
}

static void
write_commands (OstClixmlWriter *writer, OstCommand *const *commands, guint n_commands,
                guint protocol_minor)
{
  ost_clixml_writer_begin_object (writer, "PowerShell", NULL);
  ost_clixml_writer_begin_members (writer);
  ost_clixml_writer_add_boolean (writer, "IsNested", FALSE);
  ost_clixml_writer_add_nil (writer, "ExtraCmds");
  ost_clixml_writer_begin_object (writer, "Cmds", ost_psrp_list_types);
  ost_clixml_writer_begin_list (writer);
  for (guint i = 0; i < n_commands; i++)
    ost_command_write (commands[i], writer, protocol_minor);
  ost_clixml_writer_end_list (writer);
  ost_clixml_writer_end_object (writer);
  ost_clixml_writer_add_nil (writer, "History");
  ost_clixml_writer_add_boolean (writer, "RedirectShellErrorOutputPipe", FALSE);
  ost_clixml_writer_end_members (writer);
  ost_clixml_writer_end_object (writer);
}

void
ost_psrp_write_create_pipeline (OstClixmlWriter *writer, OstCommand *const *commands,
                                guint n_commands, guint protocol_minor)
{
  static const char *const option_types[]
    = { "System.Management.Automation.Runspaces.RemoteStreamOptions", "System.Enum",
        "System.ValueType", "System.Object", NULL };

  ost_clixml_writer_begin_object (writer, NULL, NULL);
  ost_clixml_writer_begin_members (writer);
  ost_clixml_writer_add_boolean (writer, "NoInput", TRUE);
  ost_clixml_writer_add_enum (writer, "ApartmentState", apartment_types, "UNKNOWN", 2);
  /* 0: without the invocation info, which makes every record 3 kB longer. */
  ost_clixml_writer_add_enum (writer, "RemoteStreamOptions", option_types, "0", 0);
  ost_clixml_writer_add_boolean (writer, "AddToHistory", FALSE);
  write_host_info (writer);
  write_commands (writer, commands, n_commands, protocol_minor);
  ost_clixml_writer_add_boolean (writer, "IsNested", FALSE);
  ost_clixml_writer_end_members (writer);
  ost_clixml_writer_end_object (writer);
}

static void
write_not_implemented (OstClixmlWriter *writer)
{
  static const char *const record_types[]
    = { "System.Management.Automation.ErrorRecord", "System.Object", NULL };
  static const char *const exception_types[]
    = { "System.NotImplementedException", "System.SystemException", "System.Exception",
        "System.Object", NULL };
  static const char text[] = "This program runs without a person who could be asked.";

  ost_clixml_writer_begin_object (writer, "me", record_types);
  ost_clixml_writer_add_to_string (writer, text);
  ost_clixml_writer_begin_members (writer);
  ost_clixml_writer_begin_object (writer, "Exception", exception_types);
  ost_clixml_writer_add_to_string (writer, text);
  ost_clixml_writer_begin_members (writer);
  ost_clixml_writer_add_string (writer, "Message", text);
  ost_clixml_writer_end_members (writer);
  ost_clixml_writer_end_object (writer);
  ost_clixml_writer_add_nil (writer, "TargetObject");
  ost_clixml_writer_add_string (writer, "FullyQualifiedErrorId", "NotImplemented");
  ost_clixml_writer_add_nil (writer, "InvocationInfo");
  ost_clixml_writer_add_int32 (writer, "ErrorCategory_Category", 11);
  ost_clixml_writer_add_string (writer, "ErrorCategory_Activity", "");
  ost_clixml_writer_add_string (writer, "ErrorCategory_Reason", "NotImplementedException");
  ost_clixml_writer_add_string (writer, "ErrorCategory_TargetName", "");
  ost_clixml_writer_add_string (writer, "ErrorCategory_TargetType", "");
  ost_clixml_writer_add_string (writer, "ErrorCategory_Message", "");
  ost_clixml_writer_add_boolean (writer, "SerializeExtendedInfo", FALSE);
  ost_clixml_writer_end_members (writer);
  ost_clixml_writer_end_object (writer);
}

void
ost_psrp_write_host_refusal (OstClixmlWriter *writer, const char *call_id, gint32 method,
                             const char *method_name)
{
  static const char *const method_types[]
    = { "System.Management.Automation.Remoting.RemoteHostMethodId", "System.Enum",
        "System.ValueType", "System.Object", NULL };

  ost_clixml_writer_begin_object (writer, NULL, NULL);
  ost_clixml_writer_begin_members (writer);
  ost_clixml_writer_add_element (writer, "I64", "ci", call_id);
  ost_clixml_writer_add_enum (writer, "mi", method_types, method_name != NULL ? method_name : "",
                              method);
  write_not_implemented (writer);
  ost_clixml_writer_end_members (writer);
  ost_clixml_writer_end_object (writer);
}

gboolean
ost_psrp_host_method_is_void (gint64 method)
{
  /* MS-PSRP 2.2.3.17: those of 1 to 56 that return nothing. */
  static const guint8 void_methods[] = { 6,  7,  8,  9,  10, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
                                         28, 30, 32, 34, 36, 38, 40, 42, 47, 48, 49, 51, 52, 53 };

  for (gsize i = 0; i < G_N_ELEMENTS (void_methods); i++)
    if (void_methods[i] == method)
      return TRUE;
  return FALSE;
}

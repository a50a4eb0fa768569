/* soap-fault.c: the faults that a Windows server answers with */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "soap.h"

#define MACHINE "EX01.contoso.com"
#define FAULT_ACTION "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
#define DETAIL_SPACE "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/"
#define INVALID_SELECTORS                                                                          \
  "The WS-Management service cannot process the request because the request contained invalid "    \
  "selectors for the resource. "

SimFault *
sim_fault_new (guint status, guint64 code, const char *role, const char *subcode,
               const char *detail, const char *reason, char *message)
{
  SimFault *fault = g_new0 (SimFault, 1);
  *fault = (SimFault){ .status = status,
                       .code = code,
                       .role = role,
                       .subcode = subcode,
                       .detail = detail,
                       .reason = g_strdup (reason),
                       .message = message };
  return fault;
}

void
sim_fault_free (SimFault *fault)
{
  if (fault == NULL)
    return;
  g_free (fault->reason);
  g_free (fault->message);
  g_free (fault);
}

SimFault *
sim_fault_new_shell_not_found (const char *id)
{
  return sim_fault_new (
    500, 2150858843, "Sender", "w:InvalidSelectors", "UnexpectedSelectors", INVALID_SELECTORS,
    g_strdup_printf (
      "The request for the Windows Remote Shell with ShellId %s failed because the shell was "
      "not found on the server. Possible causes are: the specified ShellId is incorrect or "
      "the shell no longer exists on the server. Provide the correct ShellId or create a new "
      "shell and retry the operation. ",
      id));
}

SimFault *
sim_fault_new_command_not_found (void)
{
  return sim_fault_new (
    500, 2150858843, "Sender", "w:InvalidSelectors", "UnexpectedSelectors", INVALID_SELECTORS,
    g_strdup ("The Windows Remote Shell received a request to perform an operation on a command "
              "identifier that does not exist. Either the command has completed execution or "
              "the client specified an invalid command identifier. "));
}

SimFault *
sim_fault_new_timed_out (void)
{
  return sim_fault_new (500, 2150858793, "Receiver", "w:TimedOut", NULL,
                        "The WS-Management service cannot complete the operation within the time "
                        "specified in OperationTimeout.  ",
                        NULL);
}

SimFault *
sim_fault_new_aborted (void)
{
  return sim_fault_new (500, 995, "Receiver", "w:InternalError", NULL,
                        "The I/O operation has been aborted because of either a thread exit or an "
                        "application request. ",
                        NULL);
}

SimFault *
sim_fault_new_bad_xml (const char *why)
{
  return sim_fault_new (400, 2150858817, "Sender", "w:SchemaValidationError", NULL,
                        "The SOAP XML in the message does not match the corresponding XML schema "
                        "definition. Change the XML and retry. ",
                        g_strdup (why));
}

SimFault *
sim_fault_new_denied (void)
{
  return sim_fault_new (500, 5, "Sender", "w:AccessDenied", NULL, "Access is denied. ", NULL);
}

SimFault *
sim_fault_new_internal (const char *why)
{
  return sim_fault_new (500, 2152992672, "Receiver", "w:InternalError", NULL, why, NULL);
}

SimFault *
sim_fault_new_too_many_shells (guint limit, const char *user)
{
  g_autofree char *request = g_uuid_string_random ();
  return sim_fault_new (
    500, 2150859173, "Sender", "w:QuotaLimit", NULL,
    "The WS-Management service cannot process the request. The maximum number of concurrent "
    "shells for this user has been exceeded. Close existing shells or raise the quota for this "
    "user. ",
    g_strdup_printf (
      "[AuthZRequestId=%s][FailureCategory=AuthZ-AuthorizationException] Fail to create a "
      "runspace because you have exceeded the maximum number of connections allowed : %u for "
      "the policy party : MaxConcurrency. Please close existing runspace and try again.\r\n"
      "Policy: CN=GlobalThrottlingPolicy,CN=Global Settings,CN=Contoso,CN=Microsoft Exchange,"
      "CN=Services,CN=Configuration,DC=contoso,DC=com; \r\n"
      "Snapshot: Owner:\tSid~%s~WSMan~false\r\nBudgetType:\tWSMan\r\nActiveRunspaces:\t%u/%u",
      request, limit, user, limit, limit));
}

void
sim_soap_append_fault (GString *xml, const SimFault *fault, const char *relates_to)
{
  sim_soap_begin (xml, FAULT_ACTION, relates_to);
  g_string_append_printf (xml,
                          "<s:Fault><s:Code><s:Value>s:%s</s:Value><s:Subcode><s:Value>%s</s:Value>"
                          "</s:Subcode></s:Code><s:Reason><s:Text xml:lang=\"en-US\">",
                          fault->role, fault->subcode);
  sim_soap_append_text (xml, fault->reason);
  g_string_append (xml, "</s:Text></s:Reason><s:Detail>");
  if (fault->detail != NULL)
    g_string_append_printf (xml, "<w:FaultDetail>" DETAIL_SPACE "%s</w:FaultDetail>",
                            fault->detail);
  g_string_append_printf (
    xml,
    "<f:WSManFault xmlns:f=\"http://schemas.microsoft.com/wbem/wsman/1/wsmanfault\" "
    "Code=\"%" G_GUINT64_FORMAT "\" Machine=\"" MACHINE "\"><f:Message>",
    fault->code);
  sim_soap_append_text (xml, fault->message != NULL ? fault->message : fault->reason);
  g_string_append (xml, "</f:Message></f:WSManFault></s:Detail></s:Fault>");
  sim_soap_end (xml);
}

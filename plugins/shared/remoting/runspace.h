/* runspace.h: a remote PowerShell session, and what is run in it */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "clixml-value.h"
#include "command.h"

#include <ostiary/ostiary.h>

G_BEGIN_DECLS

/**
 * OstRunspaceOptions:
 * @uri: the endpoint, such as `https://ex1.contoso.com/PowerShell/`, used as it is
 * @resource_uri: what kind of shell: `http://schemas.microsoft.com/powershell/` and a name
 * @identity: the identity that requests are sent under
 * @locale: the language of the server's texts; `en-US` keeps them recognisable
 * @operation_timeout_seconds: how long the server may keep a request waiting, 20 to 180
 *
 * Since: 1.0
 */
typedef struct {
  const char *uri;
  const char *resource_uri;
  const char *identity;
  const char *locale;
  guint operation_timeout_seconds;
} OstRunspaceOptions;

/**
 * OstStream:
 * @OST_STREAM_ERROR: a failure that did not end the pipeline
 * @OST_STREAM_WARNING: a warning
 * @OST_STREAM_VERBOSE: verbose text
 * @OST_STREAM_DEBUG: debug text
 * @OST_STREAM_INFORMATION: information
 * @OST_STREAM_PROGRESS: how far it is
 *
 * Where a cmdlet writes beside its output.
 *
 * Since: 1.0
 */
typedef enum {
  OST_STREAM_ERROR,
  OST_STREAM_WARNING,
  OST_STREAM_VERBOSE,
  OST_STREAM_DEBUG,
  OST_STREAM_INFORMATION,
  OST_STREAM_PROGRESS,
} OstStream;

/**
 * OstRecord:
 * @stream: where it was written
 * @message: (nullable): the text for people; of progress, the status
 * @fully_qualified_id: (nullable): of an error, what Exchange puts `[FailureCategory=...]` into
 * @category: of an error, the ErrorCategory's number, else 0
 * @reason: (nullable): of an error, the exception's short name
 * @activity: (nullable): of an error, the cmdlet; of progress, what is done
 * @exception_type: (nullable): of an error, the exception's .NET type
 * @target: (nullable): of an error, what it is about
 * @percent: of progress, 0 to 100, else -1
 * @is_pool_level: whether the server did not say which pipeline it is about
 *
 * What a cmdlet wrote beside its output; valid while the function runs that gets it.
 *
 * Since: 1.0
 */
typedef struct {
  OstStream stream;
  const char *message;
  const char *fully_qualified_id;
  int category;
  const char *reason;
  const char *activity;
  const char *exception_type;
  const char *target;
  int percent;
  gboolean is_pool_level;
} OstRecord;

/**
 * OstPipelineSink:
 * @output: takes an object of the output
 * @record: (nullable): takes what was written beside it
 *
 * Who gets what a pipeline writes. %FALSE with the error set stops the pipeline, on the server too.
 * Neither function may use the runspace.
 *
 * Since: 1.0
 */
typedef struct {
  gboolean (*output) (const OstClixmlValue *value, gpointer user_data, GError **error);
  gboolean (*record) (const OstRecord *record, gpointer user_data, GError **error);
} OstPipelineSink;

/**
 * OstPipelineState:
 * @OST_PIPELINE_COMPLETED: it ran to its end; n_errors tells of failures on the way
 * @OST_PIPELINE_FAILED: an error ended it
 * @OST_PIPELINE_STOPPED: it was stopped on the server
 *
 * Since: 1.0
 */
typedef enum {
  OST_PIPELINE_COMPLETED,
  OST_PIPELINE_FAILED,
  OST_PIPELINE_STOPPED,
} OstPipelineState;

/**
 * OstPipelineResult:
 * @state: how the pipeline ended
 * @may_have_run: whether the server may have begun it: after an error, what it should have changed
 *   has to be looked at before it is sent again
 * @n_outputs: objects of the output
 * @n_errors: errors that did not end it
 * @n_warnings: warnings
 * @n_host_calls: questions to a person, all of which were refused
 * @failure_message: (nullable): why it failed or stopped, for people
 * @failure_id: (nullable): the error's fully qualified id
 * @failure_reason: (nullable): the exception's short name
 * @failure_exception_type: (nullable): the exception's .NET type
 * @failure_category: the ErrorCategory's number
 *
 * Since: 1.0
 */
typedef struct {
  OstPipelineState state;
  gboolean may_have_run;
  guint64 n_outputs;
  guint n_errors;
  guint n_warnings;
  guint n_host_calls;
  char *failure_message;
  char *failure_id;
  char *failure_reason;
  char *failure_exception_type;
  int failure_category;
} OstPipelineResult;

/**
 * ost_pipeline_result_clear:
 * @self: a result
 *
 * Frees what @self holds and sets it to zeros.
 *
 * Since: 1.0
 */
void ost_pipeline_result_clear (OstPipelineResult *self);

/**
 * OstRunspace:
 *
 * A shell on the server with a runspace pool of one. Runs one pipeline at a time; belongs to one
 * thread at a time.
 *
 * Since: 1.0
 */
typedef struct _OstRunspace OstRunspace;

/**
 * ost_runspace_open:
 * @options: where and how; copied
 * @call: the call on whose behalf
 * @error: return location for an error
 *
 * Creates a shell (MS-WSMV 3.1.4.5.2, MS-PSRP 3.1.4.1) and waits until its runspace pool is open.
 * The shell is written down with ost_call_keep_session() before it is asked for.
 *
 * Returns: (transfer full): a runspace, or %NULL with %OST_ERROR_UNAVAILABLE (no shell was made),
 *   %OST_ERROR_TIMED_OUT (one may have been; it was tried to delete it), %OST_ERROR_SIGN_IN,
 *   %OST_ERROR_DENIED, %OST_ERROR_THROTTLED, %OST_ERROR_INVALID (wrong path, no PowerShell there),
 *   %OST_ERROR_NOT_SUPPORTED, %OST_ERROR_PROTOCOL or %G_IO_ERROR_CANCELLED
 *
 * Since: 1.0
 */
OstRunspace *ost_runspace_open (const OstRunspaceOptions *options, OstCall *call, GError **error);

/**
 * ost_runspace_close:
 * @self: (transfer full) (nullable): a runspace
 * @call: a call with time left to clean up
 *
 * Deletes the shell within the call's clean-up budget and frees @self. A shell of which it is not
 * known that it is gone stays written down as a left-over session.
 *
 * Since: 1.0
 */
void ost_runspace_close (OstRunspace *self, OstCall *call);

/**
 * ost_runspace_is_broken:
 * @self: a runspace
 *
 * Returns: whether the shell is gone, or may still be running a pipeline: close it and open another
 *
 * Since: 1.0
 */
gboolean ost_runspace_is_broken (OstRunspace *self);

/**
 * ost_runspace_get_server_version:
 * @self: a runspace
 *
 * Returns: (transfer none) (nullable): the PSVersion of whoever runs the cmdlets, as far as it says
 *
 * Since: 1.0
 */
const char *ost_runspace_get_server_version (OstRunspace *self);

/**
 * ost_runspace_end_left_over:
 * @options: as for ost_runspace_open(); the address is taken from @detail
 * @id: the session of ost_call_take_left_over_session()
 * @detail: what was written down with it
 * @call: the call on whose behalf
 * @error: return location for an error
 *
 * Deletes a shell that another process left behind. One that is gone already is a success. It does
 * not strike the session out.
 *
 * Returns: %FALSE as ost_runspace_open(), and with %OST_ERROR_INVALID where @id or @detail are not
 *   what this library writes down
 *
 * Since: 1.0
 */
gboolean ost_runspace_end_left_over (const OstRunspaceOptions *options, const char *id,
                                     const char *detail, OstCall *call, GError **error);

/**
 * ost_runspace_identify:
 * @options: as for ost_runspace_open()
 * @call: the call on whose behalf
 * @error: return location for an error
 *
 * Asks who is there, without a session (MS-WSMV 3.1.4.19). Not every server answers that, so a
 * failure says nothing about sessions.
 *
 * Returns: (transfer full): the server's product version as it words it, or %NULL
 *
 * Since: 1.0
 */
char *ost_runspace_identify (const OstRunspaceOptions *options, OstCall *call, GError **error);

/**
 * ost_runspace_run:
 * @self: a runspace
 * @commands: (array length=n_commands): the commands of one pipeline, in order
 * @n_commands: how many, at least 1
 * @sink: who gets the output
 * @user_data: for @sink
 * @call: the call on whose behalf
 * @result: (out caller-allocates): how it went; to be cleared in any case
 * @error: return location for an error
 *
 * Runs a pipeline. No request is ever sent twice.
 *
 * Returns: %TRUE where the pipeline ran to an end that the server told: look at the state and at
 *   n_errors. %FALSE with the sink's error; %OST_ERROR_UNAVAILABLE (it was not begun: the shell is
 *   gone or nobody answered), %OST_ERROR_TIMED_OUT (no answer to the command: outcome unknown),
 *   %OST_ERROR_INCOMPLETE (a part of the output was lost), %OST_ERROR_PROTOCOL,
 *   %OST_ERROR_DENIED, %OST_ERROR_SIGN_IN, %OST_ERROR_THROTTLED or %G_IO_ERROR_CANCELLED
 *
 * Since: 1.0
 */
gboolean ost_runspace_run (OstRunspace *self, OstCommand *const *commands, guint n_commands,
                           const OstPipelineSink *sink, gpointer user_data, OstCall *call,
                           OstPipelineResult *result, GError **error);

G_END_DECLS

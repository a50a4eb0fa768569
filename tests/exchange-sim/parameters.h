/* parameters.h: how the tables of cmdlets are written */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cmdlet.h"

#define TASKS "Microsoft.Exchange.Configuration.Tasks."
#define CLASS(name_) "Microsoft.Exchange.Management.Tasks." name_
#define TEXT(name_)                                                                                \
  {                                                                                                \
    name_, SIM_PARAMETER_TEXT, SIM_PARAMETER_OPTIONAL, "System.String", NULL                       \
  }
#define REQUIRED_TEXT(name_)                                                                       \
  {                                                                                                \
    name_, SIM_PARAMETER_TEXT, SIM_PARAMETER_MANDATORY, "System.String", NULL                      \
  }
#define SWITCH(name_)                                                                              \
  {                                                                                                \
    name_, SIM_PARAMETER_SWITCH, SIM_PARAMETER_OPTIONAL,                                           \
      "System.Management.Automation.SwitchParameter", NULL                                         \
  }
#define BOOLEAN(name_)                                                                             \
  {                                                                                                \
    name_, SIM_PARAMETER_BOOLEAN, SIM_PARAMETER_OPTIONAL, "System.Boolean", NULL                   \
  }
#define LIST(name_)                                                                                \
  {                                                                                                \
    name_, SIM_PARAMETER_LIST, SIM_PARAMETER_OPTIONAL,                                             \
      "Microsoft.Exchange.Data.MultiValuedProperty`1[System.String]", NULL                         \
  }
#define ENUM(name_, flags_, enumeration_, type_)                                                   \
  {                                                                                                \
    name_, SIM_PARAMETER_ENUM, flags_,                                                             \
      "Microsoft.Exchange.Data.Directory.SystemConfiguration." type_, enumeration_                 \
  }
#define IDENTITY(type_, flags_)                                                                    \
  {                                                                                                \
    "Identity", SIM_PARAMETER_TEXT, SIM_PARAMETER_FIRST | (flags_), TASKS type_, NULL              \
  }
#define LISTING                                                                                    \
  TEXT ("Filter"), TEXT ("SortBy"), TEXT ("OrganizationalUnit"),                                   \
  {                                                                                                \
    "ResultSize", SIM_PARAMETER_SIZE, SIM_PARAMETER_OPTIONAL,                                      \
      "Microsoft.Exchange.Data.Unlimited`1[System.UInt32]", NULL                                   \
  }

/* The mailbox that a parameter names; FALSE, with an error, if there is none. */
gboolean sim_run_find_mailbox (SimRun *run, const char *parameter, guint *index);
/* Finds the unit that was named; FALSE, with an error, if there is none. */
gboolean sim_run_find_unit (SimRun *run);
gboolean sim_run_is_in_unit (const SimRun *run, guint mailbox);

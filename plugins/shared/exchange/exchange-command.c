/* exchange-command.c: one cmdlet with its parameters, checked against the table as it is built */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "exchange-command.h"

#include <ostiary/ost-error.h>

struct _OstExchangeCommand {
  const OstExchangeCmdlet *cmdlet;
  GArray *arguments; /* of OstExchangeArgument */
  GError *error;     /* the first thing that is wrong */
};

static void
clear_argument (gpointer data)
{
  OstExchangeArgument *argument = data;

  g_free (argument->text);
  g_strfreev (argument->items);
  g_strfreev (argument->removed);
}

OstExchangeCommand *
ost_exchange_command_new (const OstExchangeCmdlet *cmdlet)
{
  OstExchangeCommand *self;

  g_return_val_if_fail (cmdlet != NULL, NULL);

  self = g_new0 (OstExchangeCommand, 1);
  self->cmdlet = cmdlet;
  self->arguments = g_array_new (FALSE, TRUE, sizeof (OstExchangeArgument));
  g_array_set_clear_func (self->arguments, clear_argument);
  return self;
}

void
ost_exchange_command_free (OstExchangeCommand *self)
{
  g_return_if_fail (self != NULL);

  g_array_unref (self->arguments);
  g_clear_error (&self->error);
  g_free (self);
}

static void
refuse (OstExchangeCommand *self, const char *parameter, const char *why)
{
  if (self->error == NULL)
    g_set_error (&self->error, OST_ERROR, OST_ERROR_INVALID, "%s is not sent with -%s: %s",
                 self->cmdlet->name, parameter, why);
}

static OstExchangeArgument *
add_argument (OstExchangeCommand *self, const char *parameter, OstExchangeForm form)
{
  const OstExchangeParameter *row = ost_exchange_cmdlet_find_parameter (self->cmdlet, parameter);
  OstExchangeArgument argument = { .parameter = row };

  if (row == NULL)
    refuse (self, parameter, "the table of cmdlets does not have this parameter");
  else if (row->form != form)
    refuse (self, parameter, "the table of cmdlets has this parameter in another form");
  else if (ost_exchange_command_get_argument (self, parameter) != NULL)
    refuse (self, parameter, "it was given twice");
  else
    {
      g_array_append_val (self->arguments, argument);
      return &g_array_index (self->arguments, OstExchangeArgument, self->arguments->len - 1);
    }
  return NULL;
}

void
ost_exchange_command_add_text (OstExchangeCommand *self, const char *parameter, const char *value)
{
  OstExchangeArgument *argument;

  g_return_if_fail (self != NULL && parameter != NULL);

  if (value == NULL || *value == '\0')
    {
      refuse (self, parameter, "it has no value, which Exchange may take for everything there is");
      return;
    }
  argument = add_argument (self, parameter, OST_EXCHANGE_FORM_TEXT);
  if (argument != NULL)
    argument->text = g_strdup (value);
}

void
ost_exchange_command_add_boolean (OstExchangeCommand *self, const char *parameter, gboolean value)
{
  OstExchangeArgument *argument;

  g_return_if_fail (self != NULL && parameter != NULL);

  argument = add_argument (self, parameter, OST_EXCHANGE_FORM_BOOLEAN);
  if (argument != NULL)
    argument->boolean = value;
}

static gboolean
has_empty_item (const char *const *items)
{
  for (; items != NULL && *items != NULL; items++)
    if (**items == '\0')
      return TRUE;
  return FALSE;
}

void
ost_exchange_command_add_list (OstExchangeCommand *self, const char *parameter,
                               const char *const *items)
{
  OstExchangeArgument *argument;

  g_return_if_fail (self != NULL && parameter != NULL);

  if (items == NULL || items[0] == NULL || has_empty_item (items))
    {
      refuse (self, parameter, "its list is empty, or something in it is");
      return;
    }
  argument = add_argument (self, parameter, OST_EXCHANGE_FORM_LIST);
  if (argument != NULL)
    argument->items = g_strdupv ((char **)items);
}

void
ost_exchange_command_add_changes (OstExchangeCommand *self, const char *parameter,
                                  const char *const *added, const char *const *removed)
{
  OstExchangeArgument *argument;
  gboolean has_added = added != NULL && added[0] != NULL;
  gboolean has_removed = removed != NULL && removed[0] != NULL;

  g_return_if_fail (self != NULL && parameter != NULL);

  if ((!has_added && !has_removed) || has_empty_item (added) || has_empty_item (removed))
    {
      refuse (self, parameter, "there is nothing to add or to take out, or something is empty");
      return;
    }
  argument = add_argument (self, parameter, OST_EXCHANGE_FORM_CHANGES);
  if (argument == NULL)
    return;
  argument->items = has_added ? g_strdupv ((char **)added) : NULL;
  argument->removed = has_removed ? g_strdupv ((char **)removed) : NULL;
}

gboolean
ost_exchange_command_check (const OstExchangeCommand *self, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (self->error == NULL)
    return TRUE;
  if (error != NULL)
    *error = g_error_copy (self->error);
  return FALSE;
}

const OstExchangeCmdlet *
ost_exchange_command_get_cmdlet (const OstExchangeCommand *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->cmdlet;
}

const OstExchangeArgument *
ost_exchange_command_get_arguments (const OstExchangeCommand *self, guint *n_arguments)
{
  g_return_val_if_fail (self != NULL && n_arguments != NULL, NULL);

  *n_arguments = self->arguments->len;
  return (const OstExchangeArgument *)self->arguments->data;
}

const OstExchangeArgument *
ost_exchange_command_get_argument (const OstExchangeCommand *self, const char *parameter)
{
  g_return_val_if_fail (self != NULL && parameter != NULL, NULL);

  for (guint i = 0; i < self->arguments->len; i++)
    {
      const OstExchangeArgument *argument
        = &g_array_index (self->arguments, OstExchangeArgument, i);

      if (g_ascii_strcasecmp (argument->parameter->name, parameter) == 0)
        return argument;
    }
  return NULL;
}

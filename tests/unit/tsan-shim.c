/* tsan-shim.c: tells ThreadSanitizer what GLib hands from one thread to another */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* GLib is not instrumented, and its locks are futexes: ThreadSanitizer sees neither them nor the
 * atomic counters, and takes what they guard for a race. These functions stand before GLib's in a
 * program that is linked with them, and say what GLib does: whoever lets go releases, whoever gets
 * hold acquires. What GLib calls of itself does not come by here, so contexts, pools and tasks are
 * told of at the functions that a program calls. */

#include <dlfcn.h>
#include <gio/gio.h>

void __tsan_acquire (void *address);
void __tsan_release (void *address);

#define REAL(name)                                                                                 \
  static __typeof__ (&name) found;                                                                 \
  __typeof__ (&name) real = __atomic_load_n (&found, __ATOMIC_ACQUIRE);                            \
  if (real == NULL)                                                                                \
    {                                                                                              \
      real = (__typeof__ (&name))dlsym (RTLD_NEXT, #name);                                         \
      __atomic_store_n (&found, real, __ATOMIC_RELEASE);                                           \
    }

/* Locks */

void
g_mutex_lock (GMutex *mutex)
{
  REAL (g_mutex_lock);
  real (mutex);
  __tsan_acquire (mutex);
}

gboolean
g_mutex_trylock (GMutex *mutex)
{
  REAL (g_mutex_trylock);
  gboolean is_locked = real (mutex);

  if (is_locked)
    __tsan_acquire (mutex);
  return is_locked;
}

void
g_mutex_unlock (GMutex *mutex)
{
  REAL (g_mutex_unlock);
  __tsan_release (mutex);
  real (mutex);
}

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  REAL (g_cond_wait);
  __tsan_release (mutex);
  real (cond, mutex);
  __tsan_acquire (mutex);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  REAL (g_cond_wait_until);
  __tsan_release (mutex);
  gboolean is_signalled = real (cond, mutex, end_time);
  __tsan_acquire (mutex);
  return is_signalled;
}

/* References: the last one sees what was done under the others. */

static void
let_go (gpointer data)
{
  __tsan_release (data);
  __tsan_acquire (data);
}

void
g_object_unref (gpointer object)
{
  REAL (g_object_unref);
  let_go (object);
  real (object);
}

gboolean (g_atomic_ref_count_dec) (gatomicrefcount *count)
{
  REAL (g_atomic_ref_count_dec);
  let_go (count);
  return real (count);
}

void
g_atomic_rc_box_release_full (gpointer box, GDestroyNotify clear)
{
  REAL (g_atomic_rc_box_release_full);
  let_go (box);
  real (box, clear);
}

void
g_bytes_unref (GBytes *bytes)
{
  REAL (g_bytes_unref);
  if (bytes != NULL)
    let_go (bytes);
  real (bytes);
}

/* Cancelling */

void
g_cancellable_cancel (GCancellable *cancellable)
{
  REAL (g_cancellable_cancel);
  if (cancellable != NULL)
    __tsan_release (cancellable);
  real (cancellable);
}

gboolean
g_cancellable_is_cancelled (GCancellable *cancellable)
{
  REAL (g_cancellable_is_cancelled);
  gboolean is_cancelled = real (cancellable);

  if (is_cancelled)
    __tsan_acquire (cancellable);
  return is_cancelled;
}

gulong
g_cancellable_connect (GCancellable *cancellable, GCallback callback, gpointer data,
                       GDestroyNotify destroy)
{
  REAL (g_cancellable_connect);
  if (cancellable != NULL)
    __tsan_release (cancellable);
  return real (cancellable, callback, data, destroy);
}

void
g_cancellable_disconnect (GCancellable *cancellable, gulong id)
{
  REAL (g_cancellable_disconnect);
  real (cancellable, id);
  if (cancellable != NULL)
    let_go (cancellable);
}

/* Sources: what was done before one was attached is seen by what it runs. */

typedef struct {
  GSource *source;
  GSourceFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Wrapped;

static gboolean
run_wrapped (gpointer user_data)
{
  Wrapped *self = user_data;

  __tsan_acquire (self);
  __tsan_acquire (self->source);
  return self->func (self->data);
}

static void
free_wrapped (gpointer user_data)
{
  Wrapped *self = user_data;

  __tsan_acquire (self);
  __tsan_acquire (self->source);
  if (self->destroy != NULL)
    self->destroy (self->data);
  g_free (self);
}

/* Those whose function takes nothing but its data: others are only of one thread here. */
static gboolean
takes_data_only (GSource *source)
{
  return source->source_funcs == &g_idle_funcs || source->source_funcs == &g_timeout_funcs;
}

void
g_source_set_callback (GSource *source, GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  REAL (g_source_set_callback);
  Wrapped *wrapped;

  if (!takes_data_only (source))
    {
      real (source, func, data, destroy);
      return;
    }
  wrapped = g_new0 (Wrapped, 1);
  wrapped->source = source;
  wrapped->func = func;
  wrapped->data = data;
  wrapped->destroy = destroy;
  __tsan_release (wrapped);
  real (source, run_wrapped, wrapped, free_wrapped);
}

guint
g_source_attach (GSource *source, GMainContext *context)
{
  REAL (g_source_attach);
  __tsan_release (source);
  return real (source, context);
}

/* Pools and tasks */

typedef struct {
  GFunc func;
  gpointer user_data;
  GThreadPool *pool;
} Pool;

static void
run_in_pool (gpointer data, gpointer user_data)
{
  Pool *self = user_data;

  __tsan_acquire (data);
  self->func (data, self->user_data);
  __tsan_release (self->pool);
}

/* What is told of a pool lasts as long as the program: there are few. */
GThreadPool *
g_thread_pool_new (GFunc func, gpointer user_data, gint max_threads, gboolean exclusive,
                   GError **error)
{
  REAL (g_thread_pool_new);
  Pool *pool = g_new0 (Pool, 1);

  pool->func = func;
  pool->user_data = user_data;
  return pool->pool = real (run_in_pool, pool, max_threads, exclusive, error);
}

gboolean
g_thread_pool_push (GThreadPool *pool, gpointer data, GError **error)
{
  REAL (g_thread_pool_push);
  __tsan_release (data);
  return real (pool, data, error);
}

void
g_thread_pool_free (GThreadPool *pool, gboolean immediate, gboolean wait_)
{
  REAL (g_thread_pool_free);
  real (pool, immediate, wait_);
  __tsan_acquire (pool);
}

void
g_task_return_pointer (GTask *task, gpointer result, GDestroyNotify destroy)
{
  REAL (g_task_return_pointer);
  __tsan_release (task);
  real (task, result, destroy);
}

void
g_task_return_error (GTask *task, GError *error)
{
  REAL (g_task_return_error);
  __tsan_release (task);
  real (task, error);
}

gpointer
g_task_propagate_pointer (GTask *task, GError **error)
{
  REAL (g_task_propagate_pointer);
  __tsan_acquire (task);
  return real (task, error);
}

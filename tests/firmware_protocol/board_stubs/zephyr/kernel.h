#pragma once
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define CLAMP(v, low, high) ((v) < (low) ? (low) : (v) > (high) ? (high) : (v))
typedef struct { int64_t ticks; } k_timeout_t;
#define K_FOREVER ((k_timeout_t){-1})
#define K_MSEC(ms) ((k_timeout_t){ms})
struct k_mutex { int stub; };
struct k_sem { int stub; };
#define K_MUTEX_DEFINE(name) struct k_mutex name
#define K_SEM_DEFINE(name, first, most) struct k_sem name
int k_mutex_lock(struct k_mutex *m, k_timeout_t t);
int k_mutex_unlock(struct k_mutex *m);
int k_sem_take(struct k_sem *s, k_timeout_t t);
void k_sem_give(struct k_sem *s);
int64_t k_uptime_ticks(void);
int64_t k_uptime_get(void);
uint64_t k_ticks_to_us_floor64(uint64_t ticks);
struct device { int stub; };
bool device_is_ready(const struct device *d);
extern const struct device stub_device;
#define DT_ALIAS(name) name
#define DEVICE_DT_GET(node) (&stub_device)

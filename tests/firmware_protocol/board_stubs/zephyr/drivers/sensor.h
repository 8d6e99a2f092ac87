#pragma once
#include <zephyr/kernel.h>
struct sensor_value { int32_t val1, val2; };
enum sensor_channel { SENSOR_CHAN_ACCEL_XYZ, SENSOR_CHAN_GYRO_XYZ };
enum sensor_attribute { SENSOR_ATTR_SAMPLING_FREQUENCY, SENSOR_ATTR_FULL_SCALE };
enum sensor_trigger_type { SENSOR_TRIG_DATA_READY };
struct sensor_trigger { enum sensor_trigger_type type; enum sensor_channel chan; };
typedef void (*sensor_trigger_handler_t)(const struct device *device, const struct sensor_trigger *trigger);
int sensor_sample_fetch(const struct device *d);
int sensor_channel_get(const struct device *d, enum sensor_channel c, struct sensor_value *out);
int sensor_attr_set(const struct device *d, enum sensor_channel c, enum sensor_attribute a, const struct sensor_value *v);
int sensor_trigger_set(const struct device *d, const struct sensor_trigger *t, sensor_trigger_handler_t call);
void sensor_g_to_ms2(int32_t g, struct sensor_value *out);
void sensor_degrees_to_rad(int32_t degrees, struct sensor_value *out);

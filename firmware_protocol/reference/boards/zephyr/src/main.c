/* An imukick sensor on Zephyr: any board with a motion sensor that Zephyr's `sensor` API reads and triggers on (alias imu0).

       west build -b xiao_ble/nrf52840/sense firmware_protocol/reference/boards/zephyr

   LED (alias led0): slow blinking, it advertises; on, connected; quick blinking for 3 s, IDENTIFY. */
#include <string.h>
#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/conn.h>
#include <zephyr/bluetooth/gatt.h>
#include <zephyr/bluetooth/uuid.h>
#include <zephyr/drivers/gpio.h>
#include <zephyr/drivers/sensor.h>
#include <zephyr/kernel.h>
#include <zephyr/random/random.h>

#include "imukick_v1.h"

/* What is asked of the driver below: 208 Hz, 16 g, 2000 deg/s. Its SI values become counts of 1/2048 g and 1/16 deg/s. */
#define RATE_HZ 208
#define ACC_G 16
#define GYR_DPS 2000
static const uint32_t rates[] = {RATE_HZ * 1000};
static const imukick_v1_range acc[] = {{ACC_G, 488281, 32767}}, gyr[] = {{GYR_DPS, 62500000, 32000}};
static const imukick_v1_part part = {rates, acc, gyr, 1, 1, 1, true};

static imukick_v1 sensor;
static struct bt_conn *host;
static int64_t identify_until_ms;
static uint8_t config_value[IMUKICK_V1_CONFIG_BYTES];
static K_MUTEX_DEFINE(lock);
static K_SEM_DEFINE(news, 0, 1);
static const struct device *const imu = DEVICE_DT_GET(DT_ALIAS(imu0));
static const struct gpio_dt_spec led = GPIO_DT_SPEC_GET(DT_ALIAS(led0), gpios);

#define UUID(n) BT_UUID_128_ENCODE(0x0a350000 + n, 0x414e, 0x4fe5, 0xac5c, 0x8011ac8eadb6)
static const struct bt_uuid_128 service_uuid = BT_UUID_INIT_128(UUID(1)), stream_uuid = BT_UUID_INIT_128(UUID(2));
static const struct bt_uuid_128 control_uuid = BT_UUID_INIT_128(UUID(3)), config_uuid = BT_UUID_INIT_128(UUID(4));

static uint64_t now_us(void)
{
    return k_ticks_to_us_floor64((uint64_t)k_uptime_ticks());
}

static void subscribed(imukick_v1_characteristic to, uint16_t value)
{
    k_mutex_lock(&lock, K_FOREVER);
    imukick_v1_subscribed(&sensor, to, value != 0);
    k_mutex_unlock(&lock);
}

static void stream_ccc(const struct bt_gatt_attr *attr, uint16_t value)
{
    (void)attr;
    subscribed(IMUKICK_V1_STREAM, value);
}

static void control_ccc(const struct bt_gatt_attr *attr, uint16_t value)
{
    (void)attr;
    subscribed(IMUKICK_V1_CONTROL, value);
}

static ssize_t on_write(
    struct bt_conn *conn, const struct bt_gatt_attr *attr, const void *data, uint16_t bytes, uint16_t offset, uint8_t flags)
{
    (void)attr;
    (void)flags;
    if (offset != 0)
        return BT_GATT_ERR(IMUKICK_V1_ATT_NO_COMMAND);
    k_mutex_lock(&lock, K_FOREVER);
    imukick_v1_connected(&sensor, bt_gatt_get_mtu(conn));
    uint8_t error = imukick_v1_write(&sensor, data, bytes, now_us());
    k_mutex_unlock(&lock);
    k_sem_give(&news);
    return error == 0 ? (ssize_t)bytes : BT_GATT_ERR(error);
}

/* CONFIG is made when its first byte is read, and kept while it is read in parts. */
static ssize_t on_read(struct bt_conn *conn, const struct bt_gatt_attr *attr, void *out, uint16_t bytes, uint16_t offset)
{
    if (offset == 0) {
        k_mutex_lock(&lock, K_FOREVER);
        imukick_v1_connected(&sensor, bt_gatt_get_mtu(conn));
        imukick_v1_config(&sensor, config_value);
        k_mutex_unlock(&lock);
    }
    return bt_gatt_attr_read(conn, attr, out, bytes, offset, config_value, sizeof config_value);
}

BT_GATT_SERVICE_DEFINE(service, BT_GATT_PRIMARY_SERVICE(&service_uuid),
    BT_GATT_CHARACTERISTIC(&stream_uuid.uuid, BT_GATT_CHRC_NOTIFY, BT_GATT_PERM_NONE, NULL, NULL, NULL),
    BT_GATT_CCC(stream_ccc, BT_GATT_PERM_READ | BT_GATT_PERM_WRITE),
    BT_GATT_CHARACTERISTIC(&control_uuid.uuid, BT_GATT_CHRC_WRITE | BT_GATT_CHRC_INDICATE, BT_GATT_PERM_WRITE, NULL, on_write, NULL),
    BT_GATT_CCC(control_ccc, BT_GATT_PERM_READ | BT_GATT_PERM_WRITE),
    BT_GATT_CHARACTERISTIC(&config_uuid.uuid, BT_GATT_CHRC_READ, BT_GATT_PERM_READ, on_read, NULL, NULL));
enum { STREAM_ATTR = 1, CONTROL_ATTR = 4 };

static const struct bt_data said[] = {
    BT_DATA_BYTES(BT_DATA_FLAGS, BT_LE_AD_GENERAL | BT_LE_AD_NO_BREDR),
    BT_DATA_BYTES(BT_DATA_UUID128_ALL, UUID(1)),
};
static const struct bt_data answer[] = {
    BT_DATA(BT_DATA_NAME_COMPLETE, CONFIG_BT_DEVICE_NAME, sizeof(CONFIG_BT_DEVICE_NAME) - 1),
};

static void advertise(void)
{
    bt_le_adv_start(BT_LE_ADV_CONN_FAST_2, said, ARRAY_SIZE(said), answer, ARRAY_SIZE(answer));
}

static void on_connect(struct bt_conn *conn, uint8_t error)
{
    if (error == 0)
        host = bt_conn_ref(conn);
}

static void on_disconnect(struct bt_conn *conn, uint8_t reason)
{
    (void)reason;
    k_mutex_lock(&lock, K_FOREVER);
    imukick_v1_disconnected(&sensor);
    host = NULL;
    k_mutex_unlock(&lock);
    bt_conn_unref(conn);
    k_sem_give(&news);
}

BT_CONN_CB_DEFINE(callbacks) = {.connected = on_connect, .disconnected = on_disconnect, .recycled = advertise};

static void on_confirmed(struct bt_conn *conn, struct bt_gatt_indicate_params *params, uint8_t error)
{
    (void)conn;
    (void)params;
    (void)error;
    k_mutex_lock(&lock, K_FOREVER);
    imukick_v1_confirmed(&sensor);
    k_mutex_unlock(&lock);
}

/* SI value -> counts; `per_unit`: counts in one unit, in 1e-6. */
static int16_t counts_of(const struct sensor_value *value, int64_t per_unit)
{
    int64_t micro = (int64_t)value->val1 * 1000000 + value->val2;
    int64_t count = micro * per_unit / 1000000000000;
    return (int16_t)CLAMP(count, -32767, 32767);
}

static void on_reading(const struct device *device, const struct sensor_trigger *trigger)
{
    (void)trigger;
    struct sensor_value a[3], g[3];
    uint64_t t_us = now_us();
    bool answers = sensor_sample_fetch(device) == 0 && sensor_channel_get(device, SENSOR_CHAN_ACCEL_XYZ, a) == 0 &&
                   sensor_channel_get(device, SENSOR_CHAN_GYRO_XYZ, g) == 0;
    k_mutex_lock(&lock, K_FOREVER);
    imukick_v1_part_answers(&sensor, answers);
    if (answers) {
        int16_t counts[6];
        for (int axis = 0; axis < 3; axis++) {
            counts[axis] = counts_of(&a[axis], 208837930);     /* 2048 / 9.80665 */
            counts[axis + 3] = counts_of(&g[axis], 916732472); /* 16 x 180 / pi */
        }
        imukick_v1_sample(&sensor, t_us, counts);
    }
    k_mutex_unlock(&lock);
    k_sem_give(&news);
}

static void start_part(void)
{
    static const struct sensor_trigger ready = {.type = SENSOR_TRIG_DATA_READY, .chan = SENSOR_CHAN_ACCEL_XYZ};
    struct sensor_value rate = {.val1 = RATE_HZ}, range;
    sensor_attr_set(imu, SENSOR_CHAN_ACCEL_XYZ, SENSOR_ATTR_SAMPLING_FREQUENCY, &rate);
    sensor_attr_set(imu, SENSOR_CHAN_GYRO_XYZ, SENSOR_ATTR_SAMPLING_FREQUENCY, &rate);
    sensor_g_to_ms2(ACC_G, &range);
    sensor_attr_set(imu, SENSOR_CHAN_ACCEL_XYZ, SENSOR_ATTR_FULL_SCALE, &range);
    sensor_degrees_to_rad(GYR_DPS, &range);
    sensor_attr_set(imu, SENSOR_CHAN_GYRO_XYZ, SENSOR_ATTR_FULL_SCALE, &range);
    if (!device_is_ready(imu) || sensor_trigger_set(imu, &ready, on_reading) != 0)
        imukick_v1_part_answers(&sensor, false);
}

/* Send what the core has; what the radio does not take stays with the core. */
static void send_all(void)
{
    static struct bt_gatt_indicate_params indication;
    static uint8_t reply[IMUKICK_V1_REPLY_BYTES];
    const uint8_t *data;
    uint16_t bytes;
    imukick_v1_characteristic to;
    k_mutex_lock(&lock, K_FOREVER);
    while (host != NULL && (to = imukick_v1_next(&sensor, &data, &bytes)) != IMUKICK_V1_NOTHING) {
        int error;
        if (to == IMUKICK_V1_CONTROL) {
            memcpy(reply, data, bytes);
            indication.attr = &service.attrs[CONTROL_ATTR];
            indication.func = on_confirmed;
            indication.data = reply;
            indication.len = bytes;
            error = bt_gatt_indicate(host, &indication);
        } else {
            error = bt_gatt_notify(host, &service.attrs[STREAM_ATTR], data, bytes);
        }
        if (error != 0)
            break;
        imukick_v1_sent(&sensor);
    }
    k_mutex_unlock(&lock);
}

int main(void)
{
    imukick_v1_init(&sensor, &part, sys_rand32_get());
    gpio_pin_configure_dt(&led, GPIO_OUTPUT_INACTIVE);
    bt_enable(NULL);
    advertise();
    start_part();
    for (;;) {
        k_sem_take(&news, K_MSEC(20));
        k_mutex_lock(&lock, K_FOREVER);
        uint8_t todo = imukick_v1_actions(&sensor);
        if (todo & IMUKICK_V1_DO_STOP)
            imukick_v1_part_stopped(&sensor);
        imukick_v1_tick(&sensor, now_us());
        k_mutex_unlock(&lock);
        if (todo & IMUKICK_V1_DO_IDENTIFY)
            identify_until_ms = k_uptime_get() + 3000;
        send_all();
        int64_t ms = k_uptime_get();
        gpio_pin_set_dt(&led, ms < identify_until_ms ? ms % 200 < 100 : host != NULL || ms % 1000 < 50);
    }
}

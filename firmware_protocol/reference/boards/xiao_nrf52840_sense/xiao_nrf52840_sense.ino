/* Seeed XIAO nRF52840 Sense as an imukick sensor: LSM6DS3TR-C, Adafruit's Bluefruit library (it comes with the board package).

   Copy imukick_v1.h, imukick_v1.c, fifo_clock.h and fifo_clock.c from ../../c into this folder. Board "Seeed XIAO nRF52840 Sense" of
   the package "Seeed nRF52 Boards" (not the mbed one).
   LED: blue blinking, it advertises; green short flashes, it streams; red, the motion sensor does not answer; all three for 3 s, IDENTIFY. */
#include <Wire.h>
#include <bluefruit.h>

#include "fifo_clock.h"
#include "imukick_v1.h"

/* LSM6DS3TR-C (data sheet DocID030071): registers, and its FIFO with gyroscope first, accelerometer second. */
static const uint8_t PART = 0x6A, WHO_AM_I = 0x0F, IS_IT = 0x6A;
static const uint8_t FIFO_CTRL3 = 0x08, FIFO_CTRL5 = 0x0A, CTRL1_XL = 0x10, CTRL2_G = 0x11, CTRL3_C = 0x12;
static const uint8_t FIFO_STATUS1 = 0x3A, FIFO_DATA = 0x3E, OVERRUN = 0x40;
static const uint16_t SAMPLE_WORDS = 6;
static const uint32_t LOOK_MS = 20;

static const uint32_t rates[] = {208000, 104000, 416000};
static const uint8_t rate_bits[] = {5, 4, 6};
static const imukick_v1_range acc[] = {{16, 488000, 32767}, {8, 244000, 32767}, {4, 122000, 32767}};
static const uint8_t acc_bits[] = {1, 3, 2};
static const imukick_v1_range gyr[] = {{2000, 70000000, 32767}, {1000, 35000000, 32767}, {500, 17500000, 32767}};
static const uint8_t gyr_bits[] = {3, 2, 1};
static const imukick_v1_part part = {rates, acc, gyr, 3, 3, 3, true};

static imukick_v1 sensor;
static fifo_clock fifo;
static SemaphoreHandle_t lock; /* Bluefruit calls back from a task of its own */
static uint16_t connection = BLE_CONN_HANDLE_INVALID;
static uint32_t identify_until_ms;
static uint8_t config_value[IMUKICK_V1_CONFIG_BYTES];

/* 0a35000N-414e-4fe5-ac5c-8011ac8eadb6, last byte first. */
#define UUID(n) {0xb6, 0xad, 0x8e, 0xac, 0x11, 0x80, 0x5c, 0xac, 0xe5, 0x4f, 0x4e, 0x41, n, 0x00, 0x35, 0x0a}
static const uint8_t service_uuid[] = UUID(1), stream_uuid[] = UUID(2), control_uuid[] = UUID(3), config_uuid[] = UUID(4);
static BLEService service(service_uuid);
static BLECharacteristic stream(stream_uuid), control(control_uuid), config(config_uuid);
static BLEBas battery;
static BLEDis who;

static uint64_t now_us()
{
    static uint32_t last;
    static uint64_t high;
    uint32_t low = micros();
    if (low < last)
        high += (uint64_t)1 << 32;
    last = low;
    return high + low;
}

static void put(uint8_t reg, uint8_t value)
{
    Wire1.beginTransmission(PART);
    Wire1.write(reg);
    Wire1.write(value);
    Wire1.endTransmission();
}

static bool get(uint8_t reg, uint8_t *out, uint8_t bytes)
{
    Wire1.beginTransmission(PART);
    Wire1.write(reg);
    if (Wire1.endTransmission(false) != 0 || Wire1.requestFrom(PART, bytes) != bytes)
        return false;
    for (uint8_t i = 0; i < bytes; i++)
        out[i] = (uint8_t)Wire1.read();
    return true;
}

static void configure_part()
{
    uint8_t odr = rate_bits[sensor.rate];
    put(FIFO_CTRL5, 0); /* empties the FIFO */
    put(CTRL3_C, 0x44); /* whole values, addresses count up */
    put(CTRL1_XL, (uint8_t)(odr << 4 | acc_bits[sensor.acc] << 2));
    put(CTRL2_G, (uint8_t)(odr << 4 | gyr_bits[sensor.gyr] << 2));
    put(FIFO_CTRL3, 0x09);
    put(FIFO_CTRL5, (uint8_t)(odr << 3 | 6)); /* continuous */
    fifo_clock_begin(&fifo, rates[sensor.rate]);
}

/* Everything that the FIFO holds goes to the core; it runs all the time, so that its clock has settled when START comes. */
static void read_part()
{
    uint8_t status[2], data[12], id;
    bool answers = get(WHO_AM_I, &id, 1) && id == IS_IT && get(FIFO_STATUS1, status, 2);
    if (answers && !sensor.answers)
        configure_part();
    imukick_v1_part_answers(&sensor, answers);
    if (!answers)
        return;
    uint16_t n = (uint16_t)((status[0] | (status[1] & 0x07) << 8) / SAMPLE_WORDS);
    if (status[1] & OVERRUN) {
        imukick_v1_missed(&sensor);
        configure_part();
        return;
    }
    if (n == 0)
        return;
    fifo_clock_look(&fifo, now_us(), n);
    for (uint16_t i = 0; i < n; i++) {
        if (!get(FIFO_DATA, data, 12))
            return;
        int16_t v[6];
        for (uint8_t axis = 0; axis < 6; axis++)
            v[axis] = (int16_t)(data[2 * axis] | data[2 * axis + 1] << 8);
        const int16_t counts[6] = {v[3], v[4], v[5], v[0], v[1], v[2]};
        imukick_v1_sample(&sensor, fifo_clock_at(&fifo, n, i), counts);
    }
}

static void on_connect(uint16_t handle)
{
    connection = handle;
    BLEConnection *link = Bluefruit.Connection(handle);
    link->requestDataLengthUpdate();
    link->requestMtuExchange(247);
}

static void on_disconnect(uint16_t, uint8_t)
{
    xSemaphoreTake(lock, portMAX_DELAY);
    imukick_v1_disconnected(&sensor);
    xSemaphoreGive(lock);
    connection = BLE_CONN_HANDLE_INVALID;
}

static void on_cccd(uint16_t, BLECharacteristic *which, uint16_t value)
{
    xSemaphoreTake(lock, portMAX_DELAY);
    imukick_v1_subscribed(&sensor, which == &stream ? IMUKICK_V1_STREAM : IMUKICK_V1_CONTROL, value != 0);
    xSemaphoreGive(lock);
}

/* A write is answered with the ATT error that the core gives. */
static void on_write(uint16_t handle, BLECharacteristic *, ble_gatts_evt_write_t *request)
{
    xSemaphoreTake(lock, portMAX_DELAY);
    imukick_v1_connected(&sensor, Bluefruit.Connection(handle)->getMtu());
    uint8_t error = imukick_v1_write(&sensor, request->data, request->len, now_us());
    xSemaphoreGive(lock);
    ble_gatts_rw_authorize_reply_params_t reply = {};
    reply.type = BLE_GATTS_AUTHORIZE_TYPE_WRITE;
    reply.params.write.gatt_status = error == 0 ? BLE_GATT_STATUS_SUCCESS : (uint16_t)(0x0100 | error);
    reply.params.write.update = error == 0;
    reply.params.write.len = request->len;
    reply.params.write.p_data = request->data;
    sd_ble_gatts_rw_authorize_reply(handle, &reply);
}

/* CONFIG is made when its first byte is read, and kept while it is read in parts. */
static void on_read(uint16_t handle, BLECharacteristic *, ble_gatts_evt_read_t *request)
{
    if (request->offset == 0) {
        xSemaphoreTake(lock, portMAX_DELAY);
        imukick_v1_connected(&sensor, Bluefruit.Connection(handle)->getMtu());
        imukick_v1_config(&sensor, config_value);
        xSemaphoreGive(lock);
    }
    ble_gatts_rw_authorize_reply_params_t reply = {};
    reply.type = BLE_GATTS_AUTHORIZE_TYPE_READ;
    reply.params.read.gatt_status = BLE_GATT_STATUS_SUCCESS;
    reply.params.read.update = 1;
    reply.params.read.offset = 0;
    reply.params.read.len = sizeof config_value;
    reply.params.read.p_data = config_value;
    sd_ble_gatts_rw_authorize_reply(handle, &reply);
}

/* Battery: half the voltage behind a switch; 3.3 V is empty, 4.2 V full, a straight line between (rough). */
static void read_battery()
{
    digitalWrite(VBAT_ENABLE, LOW);
    uint32_t millivolts = (uint32_t)analogRead(PIN_VBAT) * 2400u * 1510u / 510u / 1024u;
    uint32_t percent = millivolts < 3300 ? 0 : millivolts > 4200 ? 100 : (millivolts - 3300) / 9;
    battery.write((uint8_t)percent);
    battery.notify((uint8_t)percent);
}

static void show()
{
    uint32_t ms = millis();
    bool identify = (int32_t)(identify_until_ms - ms) > 0;
    digitalWrite(LED_RED, sensor.answers && !identify);
    digitalWrite(LED_GREEN, !(identify || (sensor.streaming && ms % 1000 < 30)));
    digitalWrite(LED_BLUE, !(identify || (connection == BLE_CONN_HANDLE_INVALID && ms % 1000 < 100)));
}

void setup()
{
    lock = xSemaphoreCreateMutex();
    static const int pins[] = {LED_RED, LED_GREEN, LED_BLUE, VBAT_ENABLE};
    for (int pin : pins)
        pinMode(pin, OUTPUT);
    analogReference(AR_INTERNAL_2_4);
    pinMode(PIN_LSM6DS3TR_C_POWER, OUTPUT);
    digitalWrite(PIN_LSM6DS3TR_C_POWER, HIGH);
    delay(50);
    Wire1.begin();
    Wire1.setClock(400000);
    Bluefruit.configPrphBandwidth(BANDWIDTH_MAX);
    Bluefruit.begin();
    Bluefruit.setName("imukick XIAO");
    Bluefruit.Periph.setConnInterval(12, 24); /* 15 to 30 ms, in 1.25 ms */
    Bluefruit.Periph.setConnSupervisionTimeout(500);
    Bluefruit.Periph.setConnectCallback(on_connect);
    Bluefruit.Periph.setDisconnectCallback(on_disconnect);
    uint32_t boot = 0;
    sd_rand_application_vector_get((uint8_t *)&boot, sizeof boot);
    imukick_v1_init(&sensor, &part, boot);
    who.setModel("XIAO nRF52840 Sense");
    who.begin();
    battery.begin();
    service.begin();
    stream.setProperties(CHR_PROPS_NOTIFY);
    stream.setPermission(SECMODE_OPEN, SECMODE_NO_ACCESS);
    stream.setMaxLen(244);
    stream.setCccdWriteCallback(on_cccd);
    stream.begin();
    control.setProperties(CHR_PROPS_WRITE | CHR_PROPS_INDICATE);
    control.setPermission(SECMODE_OPEN, SECMODE_OPEN);
    control.setMaxLen(20);
    control.setCccdWriteCallback(on_cccd);
    control.setWriteAuthorizeCallback(on_write);
    control.begin();
    config.setProperties(CHR_PROPS_READ);
    config.setPermission(SECMODE_OPEN, SECMODE_NO_ACCESS);
    config.setFixedLen(IMUKICK_V1_CONFIG_BYTES);
    config.setReadAuthorizeCallback(on_read);
    config.begin();
    Bluefruit.Advertising.addFlags(BLE_GAP_ADV_FLAGS_LE_ONLY_GENERAL_DISC_MODE);
    Bluefruit.Advertising.addService(service);
    Bluefruit.ScanResponse.addName();
    Bluefruit.Advertising.restartOnDisconnect(true);
    Bluefruit.Advertising.setInterval(160, 400); /* 100 to 250 ms, in 0.625 ms */
    Bluefruit.Advertising.start(0);
}

/* Send what the core has. Bluefruit waits inside `notify` and `indicate`: the lock is free meanwhile. */
static void send_all()
{
    static uint8_t copy[244];
    for (;;) {
        const uint8_t *data;
        uint16_t bytes;
        xSemaphoreTake(lock, portMAX_DELAY);
        imukick_v1_characteristic to = imukick_v1_next(&sensor, &data, &bytes);
        if (bytes > 0 && bytes <= sizeof copy)
            memcpy(copy, data, bytes);
        if (to == IMUKICK_V1_CONTROL)
            imukick_v1_sent(&sensor); /* `indicate` comes back when the host has confirmed it */
        xSemaphoreGive(lock);
        if (to == IMUKICK_V1_NOTHING || connection == BLE_CONN_HANDLE_INVALID)
            return;
        bool taken = to == IMUKICK_V1_CONTROL ? control.indicate(connection, copy, bytes) : stream.notify(connection, copy, bytes);
        xSemaphoreTake(lock, portMAX_DELAY);
        if (to == IMUKICK_V1_CONTROL)
            imukick_v1_confirmed(&sensor);
        else if (taken && imukick_v1_next(&sensor, &data, &bytes) == to && memcmp(copy, data, bytes) == 0)
            imukick_v1_sent(&sensor);
        xSemaphoreGive(lock);
        if (!taken)
            return;
    }
}

void loop()
{
    static uint32_t looked_ms, charge_ms;
    uint32_t ms = millis();
    xSemaphoreTake(lock, portMAX_DELAY);
    uint8_t todo = imukick_v1_actions(&sensor);
    if (todo & IMUKICK_V1_DO_CONFIGURE)
        configure_part();
    if (todo & IMUKICK_V1_DO_IDENTIFY)
        identify_until_ms = ms + 3000;
    if (ms - looked_ms >= LOOK_MS || (todo & IMUKICK_V1_DO_STOP)) {
        looked_ms = ms;
        read_part();
    }
    if (todo & IMUKICK_V1_DO_STOP)
        imukick_v1_part_stopped(&sensor);
    imukick_v1_tick(&sensor, now_us());
    xSemaphoreGive(lock);
    send_all();
    if (ms - charge_ms >= 60000 || charge_ms == 0) {
        charge_ms = ms;
        read_battery();
    }
    show();
    delay(2);
}

/* Arduino Nano 33 BLE Sense (first revision: LSM9DS1) as an imukick sensor, with the libraries ArduinoBLE and Arduino_LSM9DS1.

   Copy imukick_v1.h and imukick_v1.c from ../../c into this folder. For a Rev2 (BMI270) write Arduino_BMI270_BMM150.h instead of
   Arduino_LSM9DS1.h, and ranges of 4 g and 2000 deg/s at 99.84 Hz below.
   What these libraries do not allow: to refuse a write with an ATT error, and to hear of a confirmation. `imukick conform` says so
   (rules "no command", "not heard"); imukick live does not need them.
   LED: slow blinking, it advertises; on, it is connected; quick blinking for 3 s, IDENTIFY. */
#include <ArduinoBLE.h>
#include <Arduino_LSM9DS1.h>
#include <utility/ATT.h> /* the agreed MTU, which the library's face does not show */

#include "imukick_v1.h"

/* Arduino_LSM9DS1 sets 4 g, 2000 deg/s, 119 Hz, and gives floats: counts of 1/8192 g and 1/16 deg/s hold them. */
static const uint32_t rates[] = {119000};
static const imukick_v1_range acc[] = {{4, 122070, 32767}}, gyr[] = {{2000, 62500000, 32000}};
static const imukick_v1_part part = {rates, acc, gyr, 1, 1, 1, true};
static const float COUNTS_PER_G = 8192.0f, COUNTS_PER_DPS = 16.0f;

static imukick_v1 sensor;
static uint32_t identify_until_ms;
static bool linked;

static BLEService service(IMUKICK_V1_SERVICE_UUID);
static BLECharacteristic stream(IMUKICK_V1_STREAM_UUID, BLENotify, 244);
static BLECharacteristic control(IMUKICK_V1_CONTROL_UUID, BLEWrite | BLEIndicate, 20);
static BLECharacteristic config(IMUKICK_V1_CONFIG_UUID, BLERead, (int)IMUKICK_V1_CONFIG_BYTES, true);

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

static void show_config()
{
    uint8_t value[IMUKICK_V1_CONFIG_BYTES];
    imukick_v1_config(&sensor, value);
    config.writeValue(value, sizeof value);
}

static void on_write(BLEDevice central, BLECharacteristic)
{
    (void)central;
    imukick_v1_write(&sensor, control.value(), (size_t)control.valueLength(), now_us());
}

static int16_t counts_of(float value, float per_unit)
{
    float count = value * per_unit;
    return (int16_t)(count > 32767.0f ? 32767.0f : count < -32767.0f ? -32767.0f : count + (count < 0 ? -0.5f : 0.5f));
}

void setup()
{
    pinMode(LED_BUILTIN, OUTPUT);
    bool answers = IMU.begin();
    BLE.begin();
    imukick_v1_init(&sensor, &part, (uint32_t)analogRead(A0) << 20 ^ micros());
    imukick_v1_part_answers(&sensor, answers);
    BLE.setLocalName("imukick Nano");
    BLE.setAdvertisedService(service);
    BLE.setConnectionInterval(12, 24);
    service.addCharacteristic(stream);
    service.addCharacteristic(control);
    service.addCharacteristic(config);
    control.setEventHandler(BLEWritten, on_write);
    BLE.addService(service);
    show_config();
    BLE.advertise();
}

static void read_part()
{
    float ax, ay, az, gx, gy, gz;
    if (!IMU.accelerationAvailable() || !IMU.gyroscopeAvailable())
        return;
    uint64_t t_us = now_us();
    IMU.readAcceleration(ax, ay, az);
    IMU.readGyroscope(gx, gy, gz);
    const int16_t counts[6] = {
        counts_of(ax, COUNTS_PER_G), counts_of(ay, COUNTS_PER_G), counts_of(az, COUNTS_PER_G),
        counts_of(gx, COUNTS_PER_DPS), counts_of(gy, COUNTS_PER_DPS), counts_of(gz, COUNTS_PER_DPS),
    };
    imukick_v1_sample(&sensor, t_us, counts);
}

void loop()
{
    BLEDevice central = BLE.central();
    if (central && central.connected()) {
        linked = true;
        imukick_v1_connected(&sensor, (uint16_t)ATT.mtu(0));
        imukick_v1_subscribed(&sensor, IMUKICK_V1_CONTROL, control.subscribed());
        if (stream.subscribed() != sensor.stream_heard)
            imukick_v1_subscribed(&sensor, IMUKICK_V1_STREAM, stream.subscribed());
    } else if (linked) {
        linked = false;
        imukick_v1_disconnected(&sensor);
    }
    read_part();
    uint8_t todo = imukick_v1_actions(&sensor);
    if (todo & IMUKICK_V1_DO_IDENTIFY)
        identify_until_ms = millis() + 3000;
    if (todo & IMUKICK_V1_DO_STOP)
        imukick_v1_part_stopped(&sensor);
    imukick_v1_tick(&sensor, now_us());
    const uint8_t *data;
    uint16_t bytes;
    imukick_v1_characteristic to = imukick_v1_next(&sensor, &data, &bytes);
    if (to == IMUKICK_V1_STREAM ? stream.writeValue(data, bytes) : to == IMUKICK_V1_CONTROL && control.writeValue(data, bytes)) {
        imukick_v1_sent(&sensor);
        imukick_v1_confirmed(&sensor); /* nobody tells when it is */
        show_config();
    }
    bool identify = (int32_t)(identify_until_ms - millis()) > 0;
    digitalWrite(LED_BUILTIN, identify ? millis() % 200 < 100 : linked || millis() % 1000 < 50);
}

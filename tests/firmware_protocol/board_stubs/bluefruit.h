#pragma once
#include "Arduino.h"
typedef void *SemaphoreHandle_t;
SemaphoreHandle_t xSemaphoreCreateMutex();
int xSemaphoreTake(SemaphoreHandle_t which, uint32_t ticks);
int xSemaphoreGive(SemaphoreHandle_t which);
const uint32_t portMAX_DELAY = 0xFFFFFFFF;
const uint16_t BLE_CONN_HANDLE_INVALID = 0xFFFF, BLE_GATT_STATUS_SUCCESS = 0;
enum { BLE_GATTS_AUTHORIZE_TYPE_READ = 1, BLE_GATTS_AUTHORIZE_TYPE_WRITE, BANDWIDTH_MAX, BLE_GAP_ADV_FLAGS_LE_ONLY_GENERAL_DISC_MODE = 6 };
enum { CHR_PROPS_READ = 2, CHR_PROPS_WRITE = 8, CHR_PROPS_NOTIFY = 16, CHR_PROPS_INDICATE = 32 };
typedef enum { SECMODE_NO_ACCESS, SECMODE_OPEN } SecureMode_t;
typedef struct { uint16_t handle, offset, len; uint8_t data[1]; } ble_gatts_evt_write_t;
typedef struct { uint16_t handle, offset; } ble_gatts_evt_read_t;
typedef struct { uint16_t gatt_status; uint8_t update : 1; uint16_t offset, len; uint8_t const *p_data; } ble_gatts_authorize_params_t;
typedef struct { uint8_t type; union { ble_gatts_authorize_params_t read, write; } params; } ble_gatts_rw_authorize_reply_params_t;
uint32_t sd_ble_gatts_rw_authorize_reply(uint16_t handle, ble_gatts_rw_authorize_reply_params_t const *reply);
uint32_t sd_rand_application_vector_get(uint8_t *out, uint8_t bytes);
struct BLEConnection {
    uint16_t getMtu();
    bool requestDataLengthUpdate();
    bool requestMtuExchange(uint16_t mtu);
};
struct BLEService {
    BLEService(const uint8_t uuid[16]);
    int begin();
};
struct BLECharacteristic {
    typedef void (*cccd_cb)(uint16_t, BLECharacteristic *, uint16_t);
    typedef void (*write_cb)(uint16_t, BLECharacteristic *, ble_gatts_evt_write_t *);
    typedef void (*read_cb)(uint16_t, BLECharacteristic *, ble_gatts_evt_read_t *);
    BLECharacteristic(const uint8_t uuid[16]);
    void setProperties(uint8_t properties);
    void setPermission(SecureMode_t read, SecureMode_t write);
    void setMaxLen(uint16_t bytes);
    void setFixedLen(uint16_t bytes);
    void setCccdWriteCallback(cccd_cb call);
    void setWriteAuthorizeCallback(write_cb call);
    void setReadAuthorizeCallback(read_cb call);
    int begin();
    bool notify(uint16_t connection, const void *data, uint16_t bytes);
    bool indicate(uint16_t connection, const void *data, uint16_t bytes);
};
struct BLEBas {
    int begin();
    bool write(uint8_t percent);
    bool notify(uint8_t percent);
};
struct BLEDis {
    void setModel(const char *name);
    int begin();
};
struct Advertising_t {
    bool addFlags(uint8_t flags);
    bool addService(BLEService &service);
    bool addName();
    void restartOnDisconnect(bool on);
    void setInterval(uint16_t fast, uint16_t slow);
    bool start(uint16_t seconds);
};
struct Periph_t {
    bool setConnInterval(uint16_t least, uint16_t most);
    bool setConnSupervisionTimeout(uint16_t timeout);
    void setConnectCallback(void (*call)(uint16_t));
    void setDisconnectCallback(void (*call)(uint16_t, uint8_t));
};
struct Bluefruit_t {
    Periph_t Periph;
    Advertising_t Advertising, ScanResponse;
    void configPrphBandwidth(uint8_t bandwidth);
    bool begin();
    void setName(const char *name);
    BLEConnection *Connection(uint16_t handle);
};
extern Bluefruit_t Bluefruit;

#pragma once
#include "Arduino.h"
enum { BLERead = 2, BLEWrite = 8, BLENotify = 16, BLEIndicate = 32, BLEWritten = 1 };
struct BLEDevice {
    operator bool() const;
    bool connected() const;
};
struct BLECharacteristic {
    BLECharacteristic(const char *uuid, uint16_t properties, int bytes, bool fixed = false);
    int writeValue(const uint8_t *data, int bytes, bool response = true);
    const uint8_t *value() const;
    int valueLength() const;
    bool subscribed();
    void setEventHandler(int event, void (*call)(BLEDevice, BLECharacteristic));
};
struct BLEService {
    BLEService(const char *uuid);
    void addCharacteristic(BLECharacteristic &one);
};
struct BLELocalDevice {
    int begin();
    void setLocalName(const char *name);
    void setAdvertisedService(const BLEService &service);
    void setConnectionInterval(uint16_t least, uint16_t most);
    void addService(BLEService &service);
    int advertise();
    BLEDevice central();
};
extern BLELocalDevice BLE;

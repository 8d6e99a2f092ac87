#pragma once
#include "Arduino.h"
struct TwoWire {
    void begin();
    void setClock(uint32_t hz);
    void beginTransmission(uint8_t address);
    size_t write(uint8_t value);
    uint8_t endTransmission(bool stop = true);
    uint8_t requestFrom(uint8_t address, uint8_t bytes);
    int read();
};
extern TwoWire Wire, Wire1;

#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
enum { LOW, HIGH, OUTPUT, LED_BUILTIN = 13, A0 = 14, LED_RED, LED_GREEN, LED_BLUE, VBAT_ENABLE, PIN_VBAT, AR_INTERNAL_2_4, PIN_LSM6DS3TR_C_POWER };
uint32_t micros();
uint32_t millis();
void delay(uint32_t ms);
void pinMode(int pin, int mode);
void digitalWrite(int pin, int value);
int analogRead(int pin);
void analogReference(int reference);

#pragma once
#include <stdint.h>
struct bt_uuid { uint8_t type; };
struct bt_uuid_128 { struct bt_uuid uuid; uint8_t val[16]; };
#define BT_UUID_128_ENCODE(w32, w1, w2, w3, w48) \
    (uint8_t)((w48) & 0xFF), (uint8_t)((w48) >> 8 & 0xFF), (uint8_t)((w48) >> 16 & 0xFF), (uint8_t)((w48) >> 24 & 0xFF), \
    (uint8_t)((w48) >> 32 & 0xFF), (uint8_t)((w48) >> 40 & 0xFF), (uint8_t)((w3) & 0xFF), (uint8_t)((w3) >> 8 & 0xFF), \
    (uint8_t)((w2) & 0xFF), (uint8_t)((w2) >> 8 & 0xFF), (uint8_t)((w1) & 0xFF), (uint8_t)((w1) >> 8 & 0xFF), \
    (uint8_t)((w32) & 0xFF), (uint8_t)((w32) >> 8 & 0xFF), (uint8_t)((w32) >> 16 & 0xFF), (uint8_t)((w32) >> 24 & 0xFF)
#define BT_UUID_INIT_128(value...) {.uuid = {2}, .val = {value}}

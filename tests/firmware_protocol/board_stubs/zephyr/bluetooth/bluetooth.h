#pragma once
#include <zephyr/kernel.h>
struct bt_data { uint8_t type, data_len; const uint8_t *data; };
#define BT_DATA(kind, bytes, many) {.type = (kind), .data_len = (uint8_t)(many), .data = (const uint8_t *)(bytes)}
#define BT_DATA_BYTES(kind, bytes...) BT_DATA(kind, ((uint8_t[]){bytes}), sizeof((uint8_t[]){bytes}))
enum { BT_DATA_FLAGS = 1, BT_DATA_UUID128_ALL = 7, BT_DATA_NAME_COMPLETE = 9, BT_LE_AD_GENERAL = 2, BT_LE_AD_NO_BREDR = 4 };
struct bt_le_adv_param { int stub; };
#define BT_LE_ADV_CONN_FAST_2 ((const struct bt_le_adv_param *)0)
#define CONFIG_BT_DEVICE_NAME "imukick Zephyr"
int bt_enable(void (*ready)(int));
int bt_le_adv_start(const struct bt_le_adv_param *p, const struct bt_data *ad, size_t ads, const struct bt_data *sd, size_t sds);

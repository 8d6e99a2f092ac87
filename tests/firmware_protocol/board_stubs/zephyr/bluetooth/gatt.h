#pragma once
#include <zephyr/bluetooth/conn.h>
#include <zephyr/bluetooth/uuid.h>
struct bt_gatt_attr;
typedef ssize_t (*bt_read_t)(struct bt_conn *, const struct bt_gatt_attr *, void *, uint16_t, uint16_t);
typedef ssize_t (*bt_write_t)(struct bt_conn *, const struct bt_gatt_attr *, const void *, uint16_t, uint16_t, uint8_t);
typedef void (*bt_ccc_t)(const struct bt_gatt_attr *, uint16_t);
struct bt_gatt_attr { const struct bt_uuid *uuid; bt_read_t read; bt_write_t write; bt_ccc_t changed; };
struct bt_gatt_service_static { const struct bt_gatt_attr *attrs; size_t attr_count; };
enum { BT_GATT_CHRC_READ = 2, BT_GATT_CHRC_WRITE = 8, BT_GATT_CHRC_NOTIFY = 16, BT_GATT_CHRC_INDICATE = 32 };
enum { BT_GATT_PERM_NONE = 0, BT_GATT_PERM_READ = 1, BT_GATT_PERM_WRITE = 2 };
#define BT_GATT_ERR(code) (-(code))
#define BT_GATT_PRIMARY_SERVICE(which) {&(which)->uuid, NULL, NULL, NULL}
#define BT_GATT_CHARACTERISTIC(which, properties, permissions, reads, writes, data) \
    {(which), NULL, NULL, NULL}, {(which), (reads), (writes), NULL}
#define BT_GATT_CCC(call, permissions) {NULL, NULL, NULL, (call)}
#define BT_GATT_SERVICE_DEFINE(name, rows...) \
    static const struct bt_gatt_attr name##_attrs[] = {rows}; \
    static const struct bt_gatt_service_static name = {name##_attrs, ARRAY_SIZE(name##_attrs)}
struct bt_gatt_indicate_params;
typedef void (*bt_gatt_indicate_func_t)(struct bt_conn *, struct bt_gatt_indicate_params *, uint8_t);
struct bt_gatt_indicate_params { const struct bt_gatt_attr *attr; bt_gatt_indicate_func_t func; const void *data; uint16_t len; };
uint16_t bt_gatt_get_mtu(struct bt_conn *conn);
int bt_gatt_notify(struct bt_conn *conn, const struct bt_gatt_attr *attr, const void *data, uint16_t bytes);
int bt_gatt_indicate(struct bt_conn *conn, struct bt_gatt_indicate_params *params);
ssize_t bt_gatt_attr_read(struct bt_conn *, const struct bt_gatt_attr *, void *, uint16_t, uint16_t, const void *, uint16_t);

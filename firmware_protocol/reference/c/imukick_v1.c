/* The sensor's side of the imukick sensor protocol, version 1: see imukick_v1.h. */
#include "imukick_v1.h"

#include <string.h>

#define MAX_N ((IMUKICK_V1_MAX_MTU - 3u - IMUKICK_V1_HEADER_BYTES) / IMUKICK_V1_SAMPLE_BYTES)
#define MAX_PACKET_BYTES (IMUKICK_V1_HEADER_BYTES + IMUKICK_V1_SAMPLE_BYTES * MAX_N)
#define DEFAULT_LATENCY_MS 100u
#define MAX_LATENCY_MS 1000u
#define NOT_KNOWN 255u

/* A compile-time check that C99 has no word for: an array of negative size does not compile. */
typedef char imukick_v1_mtu_is_possible[(IMUKICK_V1_MAX_MTU >= 23u && IMUKICK_V1_MAX_MTU <= 517u) ? 1 : -1];
typedef char imukick_v1_queue_holds_two_packets[(IMUKICK_V1_QUEUE_BYTES >= 2u * MAX_PACKET_BYTES) ? 1 : -1];

/* Bytes, little-endian whatever the processor is. */

static void put16(uint8_t *out, uint16_t value)
{
    out[0] = (uint8_t)(value & 0xFFu);
    out[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *out, uint32_t value)
{
    put16(out, (uint16_t)(value & 0xFFFFu));
    put16(out + 2, (uint16_t)(value >> 16));
}

static uint16_t get16(const uint8_t *data)
{
    return (uint16_t)(data[0] | (uint16_t)(data[1] << 8));
}

static uint32_t get32(const uint8_t *data)
{
    return get16(data) | ((uint32_t)get16(data + 2) << 16);
}

static void put_sample(uint8_t *out, const int16_t counts[6])
{
    for (size_t axis = 0; axis < 6; axis++)
        put16(out + 2 * axis, (uint16_t)counts[axis]);
}

static size_t packet_bytes(uint8_t n)
{
    return IMUKICK_V1_HEADER_BYTES + (size_t)IMUKICK_V1_SAMPLE_BYTES * n;
}

static void put_header(uint8_t *out, uint8_t n, uint16_t seq, uint32_t t_us)
{
    out[0] = IMUKICK_V1_VERSION;
    out[1] = n;
    put16(out + 2, seq);
    put32(out + 4, t_us);
}

size_t imukick_v1_pack_stream(uint8_t *out, uint16_t seq, uint32_t t_us, const int16_t (*counts)[6], uint8_t n)
{
    put_header(out, n, seq, t_us);
    for (uint8_t i = 0; i < n; i++)
        put_sample(out + packet_bytes(i), counts[i]);
    return packet_bytes(n);
}

uint8_t imukick_v1_samples_per_packet(uint16_t mtu, uint32_t rate_millihz, uint16_t latency_ms)
{
    uint32_t fit = mtu < 23u ? 1u : (mtu - 3u - IMUKICK_V1_HEADER_BYTES) / IMUKICK_V1_SAMPLE_BYTES;
    uint32_t due = (uint32_t)((uint64_t)rate_millihz * latency_ms / 1000000u);
    uint32_t n = due < fit ? due : fit;
    n = n < 1u ? 1u : n;
    return (uint8_t)(n < IMUKICK_V1_MAX_SAMPLES ? n : IMUKICK_V1_MAX_SAMPLES);
}

/* Settings. */

static bool spans(const imukick_v1_range *one)
{
    uint64_t full = (uint64_t)one->range * 1000000000u;
    return one->range > 0 && one->clip > 0 && one->clip <= 32767u && 10u * (uint64_t)one->scale * one->clip >= 9u * full &&
           10u * (uint64_t)one->scale * 32768u <= 16u * full;
}

bool imukick_v1_init(imukick_v1 *sensor, const imukick_v1_part *part, uint32_t boot)
{
    bool good = part->rates > 0 && part->accs > 0 && part->gyrs > 0;
    for (uint8_t i = 0; good && i < part->rates; i++)
        good = part->rates_millihz[i] >= 10000u && part->rates_millihz[i] <= 1000000u;
    for (uint8_t i = 0; good && i < part->accs; i++)
        good = spans(&part->acc[i]);
    for (uint8_t i = 0; good && i < part->gyrs; i++)
        good = spans(&part->gyr[i]);
    if (!good)
        return false;
    memset(sensor, 0, sizeof *sensor);
    sensor->part = part;
    sensor->boot = boot;
    sensor->latency_ms = DEFAULT_LATENCY_MS;
    sensor->battery_pct = NOT_KNOWN;
    sensor->answers = true;
    sensor->actions = IMUKICK_V1_DO_CONFIGURE;
    return true;
}

static uint32_t rate_millihz(const imukick_v1 *sensor)
{
    return sensor->part->rates_millihz[sensor->rate];
}

/* How many samples a packet would hold if START came now. */
static uint8_t samples_now(const imukick_v1 *sensor)
{
    return imukick_v1_samples_per_packet(sensor->mtu, rate_millihz(sensor), sensor->latency_ms);
}

void imukick_v1_pack_config(uint8_t out[IMUKICK_V1_CONFIG_BYTES], const imukick_v1_settings *settings)
{
    out[0] = settings->version;
    out[1] = settings->state;
    put16(out + 2, settings->max_latency_ms);
    put32(out + 4, settings->rate_millihz);
    put32(out + 8, settings->acc_scale_ng);
    put32(out + 12, settings->gyr_scale_ndps);
    put16(out + 16, settings->acc_range_g);
    put16(out + 18, settings->gyr_range_dps);
    put16(out + 20, settings->acc_clip);
    put16(out + 22, settings->gyr_clip);
    put32(out + 24, settings->overruns);
    put32(out + 28, settings->boot);
    put16(out + 32, settings->mtu);
    put16(out + 34, settings->n);
}

void imukick_v1_config(const imukick_v1 *sensor, uint8_t out[IMUKICK_V1_CONFIG_BYTES])
{
    const imukick_v1_range *acc = &sensor->part->acc[sensor->acc], *gyr = &sensor->part->gyr[sensor->gyr];
    const imukick_v1_settings settings = {
        .version = IMUKICK_V1_VERSION,
        .state = sensor->streaming ? 1 : 0,
        .max_latency_ms = sensor->latency_ms,
        .rate_millihz = rate_millihz(sensor),
        .acc_scale_ng = acc->scale,
        .gyr_scale_ndps = gyr->scale,
        .acc_range_g = acc->range,
        .gyr_range_dps = gyr->range,
        .acc_clip = acc->clip,
        .gyr_clip = gyr->clip,
        .overruns = sensor->overruns,
        .boot = sensor->boot,
        .mtu = sensor->mtu,
        .n = sensor->streaming ? sensor->n : samples_now(sensor),
    };
    imukick_v1_pack_config(out, &settings);
}

/* The queue: packets of at most n samples in slots of one size, the first `waiting` from `head` on full, the next being filled. */

static uint16_t slots(const imukick_v1 *sensor)
{
    return (uint16_t)(IMUKICK_V1_QUEUE_BYTES / packet_bytes(sensor->n));
}

static uint8_t *slot(imukick_v1 *sensor, uint16_t place)
{
    return sensor->queue + (size_t)((sensor->head + place) % slots(sensor)) * packet_bytes(sensor->n);
}

static void empty(imukick_v1 *sensor)
{
    sensor->head = sensor->waiting = 0;
    sensor->filled = 0;
    sensor->offered = IMUKICK_V1_NOTHING;
}

/* The packet that is being filled is whole. */
static void close_packet(imukick_v1 *sensor)
{
    if (sensor->filled == 0)
        return;
    put_header(slot(sensor, sensor->waiting), sensor->filled, sensor->seq, (uint32_t)sensor->first_us);
    sensor->seq++;
    sensor->waiting++;
    sensor->filled = 0;
}

void imukick_v1_missed(imukick_v1 *sensor)
{
    if (!sensor->streaming || sensor->hole)
        return;
    close_packet(sensor);
    sensor->hole = true;
    if (sensor->overruns < UINT32_MAX - 1u)
        sensor->overruns++;
}

bool imukick_v1_sample(imukick_v1 *sensor, uint64_t t_us, const int16_t counts[6])
{
    if (!sensor->streaming || t_us < sensor->start_us)
        return false;
    if (sensor->any && t_us > sensor->newest_us && t_us - sensor->newest_us > 1500000000u / rate_millihz(sensor))
        imukick_v1_missed(sensor);
    if (sensor->filled == 0) {
        if ((sensor->any && t_us <= sensor->first_us) || sensor->waiting == slots(sensor)) {
            sensor->newest_us = t_us;
            imukick_v1_missed(sensor);
            return false;
        }
        sensor->seq = (uint16_t)(sensor->seq + (sensor->hole ? 1 : 0)); /* one number is left out */
        sensor->hole = false;
        sensor->any = true;
        sensor->first_us = t_us;
    }
    sensor->newest_us = t_us;
    put_sample(slot(sensor, sensor->waiting) + packet_bytes(sensor->filled), counts);
    sensor->filled++;
    if (sensor->filled == sensor->n)
        close_packet(sensor);
    return true;
}

void imukick_v1_tick(imukick_v1 *sensor, uint64_t now_us)
{
    if (sensor->filled > 0 && now_us > sensor->first_us && now_us - sensor->first_us >= 2000u * (uint64_t)sensor->latency_ms)
        close_packet(sensor);
}

/* CONTROL. */

uint8_t imukick_v1_pack_reply(uint8_t out[IMUKICK_V1_REPLY_BYTES], uint8_t command, uint8_t status, const uint64_t *clock_us)
{
    out[0] = (uint8_t)(command + 0x80u);
    out[1] = status;
    if (clock_us == NULL)
        return 2;
    put32(out + 2, (uint32_t)(*clock_us & UINT32_MAX));
    put32(out + 6, (uint32_t)(*clock_us >> 32));
    return IMUKICK_V1_REPLY_BYTES;
}

int32_t imukick_v1_read_command(const uint8_t *data, size_t bytes, imukick_v1_command *out)
{
    static const imukick_v1_command bare;
    if (bytes == 0 || data[0] < IMUKICK_V1_START || data[0] > IMUKICK_V1_IDENTIFY)
        return 0;
    size_t wanted = data[0] == IMUKICK_V1_SET ? IMUKICK_V1_SET_BYTES : 1u;
    if (bytes != wanted)
        return (int32_t)(bytes < wanted ? bytes : wanted);
    *out = bare;
    out->command = data[0];
    if (data[0] == IMUKICK_V1_SET) {
        out->rate_millihz = get32(data + 1);
        out->acc_range_g = get16(data + 5);
        out->gyr_range_dps = get16(data + 7);
        out->max_latency_ms = get16(data + 9);
    }
    return -1;
}

static void reply(imukick_v1 *sensor, uint8_t command, uint8_t status, const uint64_t *clock_us)
{
    sensor->reply_bytes = imukick_v1_pack_reply(sensor->reply, command, status, clock_us);
    sensor->reply_sent = sensor->reply_last = false;
}

/* Streaming ends here and now; a STOP that was on its way is answered. */
static void halt(imukick_v1 *sensor)
{
    if (!sensor->streaming)
        return;
    sensor->streaming = false;
    empty(sensor);
    if (sensor->stopping)
        reply(sensor, IMUKICK_V1_STOP, IMUKICK_V1_OK, NULL);
    sensor->stopping = false;
    sensor->actions = (uint8_t)((sensor->actions & ~IMUKICK_V1_DO_START) | IMUKICK_V1_DO_STOP);
}

static uint8_t start(imukick_v1 *sensor, uint64_t now_us)
{
    uint8_t n = samples_now(sensor);
    if (!sensor->answers)
        return IMUKICK_V1_FAULT;
    if (!sensor->stream_heard)
        return IMUKICK_V1_NOT_SUBSCRIBED;
    if (rate_millihz(sensor) > 1000u * IMUKICK_V1_MAX_PACKETS_HZ * n)
        return IMUKICK_V1_MTU_TOO_SMALL;
    sensor->n = n;
    empty(sensor);
    sensor->seq = 0;
    sensor->any = sensor->hole = false;
    sensor->start_us = now_us;
    sensor->streaming = true;
    sensor->actions = (uint8_t)((sensor->actions & ~IMUKICK_V1_DO_STOP) | IMUKICK_V1_DO_START);
    return IMUKICK_V1_OK;
}

static uint8_t find_range(const imukick_v1_range *list, uint8_t many, uint16_t wanted, uint8_t now)
{
    uint8_t i = now;
    if (wanted != 0)
        for (i = 0; i < many && list[i].range != wanted; i++) {
        }
    return i;
}

static uint8_t set(imukick_v1 *sensor, const imukick_v1_command *wanted)
{
    const imukick_v1_part *part = sensor->part;
    uint8_t rate = sensor->rate;
    if (sensor->streaming)
        return IMUKICK_V1_BUSY;
    if (wanted->rate_millihz != 0)
        for (rate = 0; rate < part->rates && part->rates_millihz[rate] != wanted->rate_millihz; rate++) {
        }
    uint8_t acc = find_range(part->acc, part->accs, wanted->acc_range_g, sensor->acc);
    uint8_t gyr = find_range(part->gyr, part->gyrs, wanted->gyr_range_dps, sensor->gyr);
    if (rate >= part->rates || acc >= part->accs || gyr >= part->gyrs || wanted->max_latency_ms > MAX_LATENCY_MS)
        return IMUKICK_V1_UNSUPPORTED;
    sensor->rate = rate;
    sensor->acc = acc;
    sensor->gyr = gyr;
    if (wanted->max_latency_ms != 0)
        sensor->latency_ms = wanted->max_latency_ms;
    sensor->actions |= IMUKICK_V1_DO_CONFIGURE;
    return IMUKICK_V1_OK;
}

uint8_t imukick_v1_write(imukick_v1 *sensor, const uint8_t *data, size_t bytes, uint64_t now_us)
{
    imukick_v1_command command;
    if (imukick_v1_read_command(data, bytes, &command) >= 0)
        return IMUKICK_V1_ATT_NO_COMMAND;
    if (!sensor->control_heard)
        return IMUKICK_V1_ATT_NO_INDICATIONS;
    if (sensor->reply_bytes > 0 || sensor->stopping)
        return IMUKICK_V1_ATT_UNCONFIRMED;
    uint8_t status = IMUKICK_V1_OK;
    bool timed = command.command == IMUKICK_V1_START || command.command == IMUKICK_V1_SYNC;
    if (command.command == IMUKICK_V1_START) {
        status = start(sensor, now_us);
    } else if (command.command == IMUKICK_V1_STOP && sensor->streaming) { /* the reply comes behind what the sensor holds */
        sensor->stopping = true;
        sensor->actions |= IMUKICK_V1_DO_STOP;
        return IMUKICK_V1_ATT_OK;
    } else if (command.command == IMUKICK_V1_SET) {
        status = set(sensor, &command);
    } else if (command.command == IMUKICK_V1_IDENTIFY) {
        status = sensor->part->lamp ? IMUKICK_V1_OK : IMUKICK_V1_UNSUPPORTED;
        sensor->actions |= sensor->part->lamp ? IMUKICK_V1_DO_IDENTIFY : 0;
    }
    reply(sensor, command.command, status, timed && status == IMUKICK_V1_OK ? &now_us : NULL);
    return IMUKICK_V1_ATT_OK;
}

void imukick_v1_part_stopped(imukick_v1 *sensor)
{
    if (!sensor->stopping)
        return;
    close_packet(sensor);
    sensor->streaming = sensor->stopping = false;
    reply(sensor, IMUKICK_V1_STOP, IMUKICK_V1_OK, NULL);
    sensor->reply_last = true;
}

void imukick_v1_part_answers(imukick_v1 *sensor, bool answers)
{
    sensor->answers = answers;
    if (!answers)
        halt(sensor);
}

void imukick_v1_confirmed(imukick_v1 *sensor)
{
    if (sensor->reply_sent)
        sensor->reply_bytes = 0;
}

/* The link. */

void imukick_v1_connected(imukick_v1 *sensor, uint16_t mtu)
{
    sensor->mtu = (uint16_t)(mtu < 23u ? 23u : mtu > IMUKICK_V1_MAX_MTU ? IMUKICK_V1_MAX_MTU : mtu);
}

void imukick_v1_disconnected(imukick_v1 *sensor)
{
    halt(sensor);
    empty(sensor);
    sensor->mtu = 0;
    sensor->reply_bytes = 0;
    sensor->stream_heard = sensor->control_heard = sensor->battery_heard = sensor->battery_new = false;
}

void imukick_v1_subscribed(imukick_v1 *sensor, imukick_v1_characteristic to, bool on)
{
    if (to == IMUKICK_V1_STREAM) {
        sensor->stream_heard = on;
        if (!on) {
            halt(sensor);
            empty(sensor);
        }
    } else if (to == IMUKICK_V1_CONTROL) {
        sensor->control_heard = on;
        if (!on)
            sensor->reply_bytes = 0;
    } else if (to == IMUKICK_V1_BATTERY) {
        sensor->battery_heard = on;
    }
}

bool imukick_v1_battery(imukick_v1 *sensor, uint8_t percent)
{
    if (percent > 100u)
        return false;
    sensor->battery_new = sensor->battery_heard && (sensor->battery_new || percent != sensor->battery_pct);
    sensor->battery_pct = percent;
    return true;
}

/* What the board does. */

uint8_t imukick_v1_actions(imukick_v1 *sensor)
{
    uint8_t actions = sensor->actions;
    sensor->actions = 0;
    return actions;
}

imukick_v1_characteristic imukick_v1_next(imukick_v1 *sensor, const uint8_t **data, uint16_t *bytes)
{
    sensor->offered = IMUKICK_V1_NOTHING;
    *data = NULL;
    *bytes = 0;
    if (sensor->reply_bytes > 0 && !sensor->reply_sent && (!sensor->reply_last || sensor->waiting == 0)) {
        sensor->offered = IMUKICK_V1_CONTROL;
        *data = sensor->reply;
        *bytes = sensor->reply_bytes;
    } else if (sensor->waiting > 0) {
        sensor->offered = IMUKICK_V1_STREAM;
        *data = slot(sensor, 0);
        *bytes = (uint16_t)packet_bytes((*data)[1]);
    } else if (sensor->battery_heard && sensor->battery_new) {
        sensor->offered = IMUKICK_V1_BATTERY;
        *data = &sensor->battery_pct;
        *bytes = 1;
    }
    return sensor->offered;
}

void imukick_v1_sent(imukick_v1 *sensor)
{
    if (sensor->offered == IMUKICK_V1_CONTROL && sensor->reply_bytes > 0)
        sensor->reply_sent = true;
    if (sensor->offered == IMUKICK_V1_STREAM && sensor->waiting > 0) {
        sensor->head = (uint16_t)((sensor->head + 1u) % slots(sensor));
        sensor->waiting--;
    }
    if (sensor->offered == IMUKICK_V1_BATTERY)
        sensor->battery_new = false;
    sensor->offered = IMUKICK_V1_NOTHING;
}

/* The host's half of the bytes of protocol version 1: see imukick_v1_read.h. */
#include "imukick_v1_read.h"

static uint16_t get16(const uint8_t *data)
{
    return (uint16_t)(data[0] | (uint16_t)(data[1] << 8));
}

static uint32_t get32(const uint8_t *data)
{
    return get16(data) | ((uint32_t)get16(data + 2) << 16);
}

/* Where a value of the wrong length goes wrong: at its end, or at the first byte too many. */
static int32_t shorter(size_t bytes, size_t wanted)
{
    return (int32_t)(bytes < wanted ? bytes : wanted);
}

int32_t imukick_v1_read_stream(const uint8_t *data, size_t bytes, imukick_v1_packet *out)
{
    if (bytes == 0 || data[0] != IMUKICK_V1_VERSION)
        return 0;
    if (bytes < IMUKICK_V1_HEADER_BYTES)
        return (int32_t)bytes;
    if (data[1] == 0)
        return 1;
    size_t wanted = IMUKICK_V1_HEADER_BYTES + (size_t)IMUKICK_V1_SAMPLE_BYTES * data[1];
    if (bytes != wanted)
        return shorter(bytes, wanted);
    out->n = data[1];
    out->seq = get16(data + 2);
    out->t_us = get32(data + 4);
    return -1;
}

void imukick_v1_read_counts(const uint8_t *data, uint8_t sample, int16_t counts[6])
{
    const uint8_t *at = data + IMUKICK_V1_HEADER_BYTES + (size_t)IMUKICK_V1_SAMPLE_BYTES * sample;
    for (size_t axis = 0; axis < 6; axis++) {
        int32_t raw = get16(at + 2 * axis);
        counts[axis] = (int16_t)(raw < 32768 ? raw : raw - 65536);
    }
}

static bool spans(uint32_t scale, uint16_t clip, uint16_t range)
{
    uint64_t full = (uint64_t)range * 1000000000u;
    return range > 0 && clip > 0 && clip <= 32767u && 10u * (uint64_t)scale * clip >= 9u * full &&
           10u * (uint64_t)scale * 32768u <= 16u * full;
}

int32_t imukick_v1_read_config(const uint8_t *data, size_t bytes, imukick_v1_settings *out)
{
    if (bytes == 0 || data[0] != IMUKICK_V1_VERSION)
        return 0;
    if (bytes != IMUKICK_V1_CONFIG_BYTES)
        return (int32_t)bytes;
    out->version = data[0];
    out->state = data[1];
    out->max_latency_ms = get16(data + 2);
    out->rate_millihz = get32(data + 4);
    out->acc_scale_ng = get32(data + 8);
    out->gyr_scale_ndps = get32(data + 12);
    out->acc_range_g = get16(data + 16);
    out->gyr_range_dps = get16(data + 18);
    out->acc_clip = get16(data + 20);
    out->gyr_clip = get16(data + 22);
    out->overruns = get32(data + 24);
    out->boot = get32(data + 28);
    out->mtu = get16(data + 32);
    out->n = get16(data + 34);
    if (out->state > 1)
        return 1;
    if (out->max_latency_ms < 1 || out->max_latency_ms > 1000)
        return 2;
    if (out->rate_millihz < 10000u || out->rate_millihz > 1000000u)
        return 4;
    if (!spans(out->acc_scale_ng, out->acc_clip, out->acc_range_g))
        return 16;
    if (!spans(out->gyr_scale_ndps, out->gyr_clip, out->gyr_range_dps))
        return 18;
    if (out->mtu != 0 && (out->mtu < 23 || out->mtu > 517))
        return 32;
    if (out->n < 1 || out->n > IMUKICK_V1_MAX_SAMPLES)
        return 34;
    return -1;
}

int32_t imukick_v1_read_reply(const uint8_t *data, size_t bytes, imukick_v1_reply *out)
{
    if (bytes < 2)
        return (int32_t)bytes;
    if (data[0] < 0x80u + IMUKICK_V1_START || data[0] > 0x80u + IMUKICK_V1_IDENTIFY)
        return 0;
    if (data[1] > IMUKICK_V1_FAULT)
        return 1;
    out->command = (uint8_t)(data[0] - 0x80u);
    out->status = data[1];
    out->timed = out->status == IMUKICK_V1_OK && (out->command == IMUKICK_V1_START || out->command == IMUKICK_V1_SYNC);
    size_t wanted = out->timed ? IMUKICK_V1_REPLY_BYTES : 2u;
    if (bytes != wanted)
        return shorter(bytes, wanted);
    out->uptime_us = out->timed ? get32(data + 2) | ((uint64_t)get32(data + 6) << 32) : 0;
    return -1;
}

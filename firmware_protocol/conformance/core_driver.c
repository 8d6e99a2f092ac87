/* Drives the C core by bytes: a script of operations in, what the core answered out.

       core_driver < script > answers        answers as it goes; also a process behind a radio
       core_driver SCRIPT ANSWERS            for a target that has files but no pipes (semihosting)

   An operation is a letter, the number of its argument bytes (u16), and those; all little-endian. Every operation is answered
   by a number of bytes (u16), and those. core_driver.py does the same to the Python core: the answers have to be the same bytes.

   B  boot u32, lamp u8, then three lists, each a u8 and as many entries: rates u32; ranges of acc; ranges of gyr
      (range u16, scale u32, clip u16): power-on                                                   -> u8 whether it is on
   C  mtu u16: connected           D: disconnected           S  characteristic u8, on u8: subscribed
   W  now u64, the bytes written: write to CONTROL                                                 -> u8 ATT error
   R: read CONFIG                                                                                  -> 36 bytes
   K: indication confirmed
   M  t u64, six i16: a reading                                                                    -> u8 whether it was kept
   L: readings missed               P: the part has stopped   F  u8: whether the part answers
   T  now u64: tick                 %  u8: charge                                                  -> u8 whether it was taken
   A: actions                                                                                      -> u8
   N: what to send next, and it is sent     O: the same, but the radio is full     -> u8 characteristic, its bytes

   The bytes by themselves:
   s  seq u32, t u64, counts i16: a packet                 -> its bytes
   c  the 14 fields of CONFIG, u32 each                    -> its bytes
   r  command u8, status u8, whether timed u8, clock u64   -> the reply
   q  a command    -> i32 -1, then command, rate, ranges, latency, u32 each; or i32 the offset of the wrong byte
   p  mtu u16, rate in mHz u32, latency u16                -> u8 samples a packet */
#include "core_driver.h"

#include <string.h>

#define MOST 16u /* entries of a list */

imukick_v1 core;
bool core_is_on;
static imukick_v1_part part;
static uint32_t rates[MOST];
static imukick_v1_range acc[MOST], gyr[MOST];

static uint64_t number(const uint8_t *data, uint8_t bytes)
{
    uint64_t value = 0;
    for (uint8_t i = 0; i < bytes; i++)
        value |= (uint64_t)data[i] << (8 * i);
    return value;
}

/* The entries of one list; gives how many there are, and moves `at` behind them; 0 when they do not fit. */
static uint8_t list(const uint8_t **at, const uint8_t *end, uint8_t entry_bytes, imukick_v1_range *ranges)
{
    if (*at == end)
        return 0;
    uint8_t many = *(*at)++;
    if (many > MOST || end - *at < many * entry_bytes)
        return 0;
    for (uint8_t i = 0; i < many; i++, *at += entry_bytes) {
        if (ranges == NULL) {
            rates[i] = (uint32_t)number(*at, 4);
        } else {
            ranges[i].range = (uint16_t)number(*at, 2);
            ranges[i].scale = (uint32_t)number(*at + 2, 4);
            ranges[i].clip = (uint16_t)number(*at + 6, 2);
        }
    }
    return many;
}

static bool power_on(const uint8_t *args, uint16_t bytes)
{
    if (bytes < 5)
        return false;
    const uint8_t *at = args + 5, *end = args + bytes;
    part.lamp = args[4] != 0;
    part.rates = list(&at, end, 4, NULL);
    part.accs = list(&at, end, 8, acc);
    part.gyrs = list(&at, end, 8, gyr);
    part.rates_millihz = rates;
    part.acc = acc;
    part.gyr = gyr;
    return imukick_v1_init(&core, &part, (uint32_t)number(args, 4));
}

static uint16_t next(uint8_t *answer)
{
    const uint8_t *data;
    uint16_t bytes;
    answer[0] = (uint8_t)imukick_v1_next(&core, &data, &bytes);
    if (bytes > 0)
        memcpy(answer + 1, data, bytes);
    return (uint16_t)(bytes + 1);
}

static void read_counts(const uint8_t *args, int16_t counts[6])
{
    for (uint8_t axis = 0; axis < 6; axis++) {
        int32_t raw = (int32_t)number(args + 2 * axis, 2);
        counts[axis] = (int16_t)(raw < 32768 ? raw : raw - 65536);
    }
}

static bool sample(const uint8_t *args)
{
    int16_t counts[6];
    read_counts(args + 8, counts);
    return imukick_v1_sample(&core, number(args, 8), counts);
}

static uint16_t packet(const uint8_t *args, uint16_t bytes, uint8_t *answer)
{
    static int16_t counts[IMUKICK_V1_MAX_SAMPLES][6];
    uint8_t n = (uint8_t)((bytes - 12u) / IMUKICK_V1_SAMPLE_BYTES);
    for (uint8_t i = 0; i < n; i++)
        read_counts(args + 12 + (size_t)IMUKICK_V1_SAMPLE_BYTES * i, counts[i]);
    return (uint16_t)imukick_v1_pack_stream(
        answer, (uint16_t)number(args, 4), (uint32_t)number(args + 4, 8), (const int16_t(*)[6])counts, n);
}

static uint16_t config(const uint8_t *args, uint8_t *answer)
{
    uint32_t field[14];
    for (uint8_t i = 0; i < 14; i++)
        field[i] = (uint32_t)number(args + 4 * i, 4);
    const imukick_v1_settings settings = {
        (uint8_t)field[0], (uint8_t)field[1], (uint16_t)field[2], field[3], field[4], field[5], (uint16_t)field[6],
        (uint16_t)field[7], (uint16_t)field[8], (uint16_t)field[9], field[10], field[11], (uint16_t)field[12],
        (uint16_t)field[13],
    };
    imukick_v1_pack_config(answer, &settings);
    return IMUKICK_V1_CONFIG_BYTES;
}

static void put(uint8_t *out, uint32_t value)
{
    for (uint8_t i = 0; i < 4; i++)
        out[i] = (uint8_t)(value >> (8 * i));
}

static uint16_t command(const uint8_t *args, uint16_t bytes, uint8_t *answer)
{
    imukick_v1_command read;
    int32_t offset = imukick_v1_read_command(args, bytes, &read);
    put(answer, (uint32_t)offset);
    if (offset >= 0)
        return 4;
    put(answer + 4, read.command);
    put(answer + 8, read.rate_millihz);
    put(answer + 12, read.acc_range_g);
    put(answer + 16, read.gyr_range_dps);
    put(answer + 20, read.max_latency_ms);
    return 24;
}

/* The functions without a sensor; 0 for a letter that is none of theirs. */
static uint16_t bytes_alone(uint8_t code, const uint8_t *args, uint16_t bytes, uint8_t *answer)
{
    uint64_t clock_us;
    switch (code) {
    case 's':
        return packet(args, bytes, answer);
    case 'c':
        return config(args, answer);
    case 'r':
        clock_us = number(args + 3, 8);
        return imukick_v1_pack_reply(answer, args[0], args[1], args[2] ? &clock_us : NULL);
    case 'q':
        return command(args, bytes, answer);
    case 'p':
        answer[0] = imukick_v1_samples_per_packet((uint16_t)number(args, 2), (uint32_t)number(args + 2, 4), (uint16_t)number(args + 6, 2));
        return 1;
    default:
        return 0;
    }
}

uint16_t core_operation(uint8_t code, const uint8_t *args, uint16_t bytes, uint8_t answer[CORE_ANSWER_BYTES])
{
    static const char needs[] = "C\2S\2W\10M\24F\1T\10%\1s\30c\70r\13p\10"; /* letter, and its fewest argument bytes */
    uint16_t sent;
    if (code == 'B') {
        core_is_on = power_on(args, bytes);
        answer[0] = core_is_on;
        return 1;
    }
    for (size_t i = 0; needs[i] != '\0'; i += 2)
        if (code == (uint8_t)needs[i] && bytes < (uint8_t)needs[i + 1])
            return 0;
    uint16_t alone = bytes_alone(code, args, bytes, answer);
    if (alone > 0 || !core_is_on)
        return alone;
    switch (code) {
    case 'C':
        imukick_v1_connected(&core, (uint16_t)number(args, 2));
        return 0;
    case 'D':
        imukick_v1_disconnected(&core);
        return 0;
    case 'S':
        if (args[0] >= IMUKICK_V1_STREAM && args[0] <= IMUKICK_V1_BATTERY)
            imukick_v1_subscribed(&core, (imukick_v1_characteristic)args[0], args[1] != 0);
        return 0;
    case 'W':
        answer[0] = imukick_v1_write(&core, args + 8, (size_t)bytes - 8u, number(args, 8));
        return 1;
    case 'R':
        imukick_v1_config(&core, answer);
        return IMUKICK_V1_CONFIG_BYTES;
    case 'K':
        imukick_v1_confirmed(&core);
        return 0;
    case 'M':
        answer[0] = sample(args);
        return 1;
    case 'L':
        imukick_v1_missed(&core);
        return 0;
    case 'P':
        imukick_v1_part_stopped(&core);
        return 0;
    case 'F':
        imukick_v1_part_answers(&core, args[0] != 0);
        return 0;
    case 'T':
        imukick_v1_tick(&core, number(args, 8));
        return 0;
    case '%':
        answer[0] = imukick_v1_battery(&core, args[0]);
        return 1;
    case 'A':
        answer[0] = imukick_v1_actions(&core);
        return 1;
    case 'N':
        sent = next(answer);
        imukick_v1_sent(&core);
        return sent;
    case 'O':
        return next(answer);
    default:
        return 0;
    }
}

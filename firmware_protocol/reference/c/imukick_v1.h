/* The sensor's side of the imukick sensor protocol, version 1 (../../v1.md), in C99: no heap, no floats, no clock, no radio.

   Rules. One `imukick_v1` is one sensor. The board calls a function for each thing that happens (a connection, a write, a
   reading) and then does what `imukick_v1_actions` and `imukick_v1_next` ask for. Times are microseconds since power-on in
   64 bits, from one clock. Nothing here is safe to call from two threads or from an interrupt: call it from one loop.

       imukick_v1_sample(&sensor, t_us, counts);
       while ((to = imukick_v1_next(&sensor, &data, &bytes)) != IMUKICK_V1_NOTHING && radio_takes(to, data, bytes))
           imukick_v1_sent(&sensor);
*/
#ifndef IMUKICK_V1_H
#define IMUKICK_V1_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef IMUKICK_V1_MAX_MTU
#define IMUKICK_V1_MAX_MTU 517u /* the largest ATT MTU that the radio agrees to; 247 is enough */
#endif
#ifndef IMUKICK_V1_QUEUE_BYTES
#define IMUKICK_V1_QUEUE_BYTES 5192u /* 22 packets of 236 bytes: a second at 400 Hz, and the packet that is being filled */
#endif

#define IMUKICK_V1_VERSION 1u
#define IMUKICK_V1_HEADER_BYTES 8u
#define IMUKICK_V1_SAMPLE_BYTES 12u
#define IMUKICK_V1_CONFIG_BYTES 36u
#define IMUKICK_V1_SET_BYTES 11u
#define IMUKICK_V1_REPLY_BYTES 10u /* the longest reply */
#define IMUKICK_V1_MAX_SAMPLES 255u
#define IMUKICK_V1_MAX_PACKETS_HZ 125u

#define IMUKICK_V1_SERVICE_UUID "0a350001-414e-4fe5-ac5c-8011ac8eadb6"
#define IMUKICK_V1_STREAM_UUID "0a350002-414e-4fe5-ac5c-8011ac8eadb6"
#define IMUKICK_V1_CONTROL_UUID "0a350003-414e-4fe5-ac5c-8011ac8eadb6"
#define IMUKICK_V1_CONFIG_UUID "0a350004-414e-4fe5-ac5c-8011ac8eadb6"

/* Commands, statuses and the ATT errors that refuse a write (v1.md, section 5). */
enum { IMUKICK_V1_START = 1, IMUKICK_V1_STOP, IMUKICK_V1_SET, IMUKICK_V1_SYNC, IMUKICK_V1_IDENTIFY };
enum {
    IMUKICK_V1_OK,
    IMUKICK_V1_BUSY,
    IMUKICK_V1_UNSUPPORTED,
    IMUKICK_V1_NOT_SUBSCRIBED,
    IMUKICK_V1_MTU_TOO_SMALL,
    IMUKICK_V1_FAULT
};
enum {
    IMUKICK_V1_ATT_OK = 0,
    IMUKICK_V1_ATT_NO_COMMAND = 0x80,
    IMUKICK_V1_ATT_NO_INDICATIONS = 0xFD,
    IMUKICK_V1_ATT_UNCONFIRMED = 0xFE
};

/* Characteristics: where `imukick_v1_next` wants bytes to go, and what a host subscribes to. */
typedef enum {
    IMUKICK_V1_NOTHING,
    IMUKICK_V1_STREAM,  /* notify */
    IMUKICK_V1_CONTROL, /* indicate; call `imukick_v1_confirmed` when the host has confirmed it */
    IMUKICK_V1_BATTERY  /* notify */
} imukick_v1_characteristic;

/* What the board has to do to its motion sensor; bits of `imukick_v1_actions`. */
enum {
    IMUKICK_V1_DO_CONFIGURE = 1, /* set the rate and the ranges that CONFIG has now */
    IMUKICK_V1_DO_START = 2,     /* empty the FIFO, then hand over every reading */
    IMUKICK_V1_DO_STOP = 4,      /* hand over what was measured until now, then call `imukick_v1_part_stopped` */
    IMUKICK_V1_DO_IDENTIFY = 8   /* blink or buzz for 3 s */
};

/* One full scale of the motion sensor: what one count is, in 1e-9 g or 1e-9 deg/s, and the smallest |count| that is saturated. */
typedef struct {
    uint16_t range; /* g or deg/s */
    uint32_t scale;
    uint16_t clip;
} imukick_v1_range;

/* What the motion sensor can do. The first of each list is what it does after power-on. */
typedef struct {
    const uint32_t *rates_millihz;
    const imukick_v1_range *acc, *gyr;
    uint8_t rates, accs, gyrs; /* how many of each */
    bool lamp;                 /* whether it can show where it is (IDENTIFY) */
} imukick_v1_part;

/* All state of one sensor. Read it if you like; change it through the functions alone. */
typedef struct {
    const imukick_v1_part *part;
    uint32_t boot, overruns;
    uint16_t latency_ms, mtu; /* `mtu` 0: no connection */
    uint8_t rate, acc, gyr;   /* places in the lists of `part` */
    uint8_t battery_pct;      /* 255: not known */
    uint8_t actions;
    bool answers, streaming, stopping;
    bool stream_heard, control_heard, battery_heard, battery_new;
    uint8_t reply[IMUKICK_V1_REPLY_BYTES];
    uint8_t reply_bytes; /* 0: there is no reply on its way */
    bool reply_sent, reply_last; /* `reply_last`: behind the packets that wait */
    uint8_t n;           /* samples a packet of this stream */
    uint16_t seq;
    uint64_t start_us, first_us, newest_us;
    bool any, hole;      /* whether a packet of this stream was begun, and whether readings are missing since */
    uint8_t filled;      /* samples in the packet that is being filled */
    uint16_t head, waiting; /* the oldest packet in the queue, and how many are full */
    imukick_v1_characteristic offered;
    uint8_t queue[IMUKICK_V1_QUEUE_BYTES];
} imukick_v1;

/* Power-on. `boot`: another number each time. Keeps `part`, which must live as long. False, and nothing done, where a host
   would refuse what `part` says: an empty list, a rate outside 10 to 1000 Hz, a scale that does not belong to its range. */
bool imukick_v1_init(imukick_v1 *sensor, const imukick_v1_part *part, uint32_t boot);

/* The link. `imukick_v1_connected` again when the MTU has changed. */
void imukick_v1_connected(imukick_v1 *sensor, uint16_t mtu);
void imukick_v1_disconnected(imukick_v1 *sensor);
void imukick_v1_subscribed(imukick_v1 *sensor, imukick_v1_characteristic to, bool on);

/* The host wrote to CONTROL: gives the ATT error to answer with, 0 for none. */
uint8_t imukick_v1_write(imukick_v1 *sensor, const uint8_t *data, size_t bytes, uint64_t now_us);
/* The host reads CONFIG: 36 bytes. The same bytes for every part of a long read: call it at offset 0 and keep them. */
void imukick_v1_config(const imukick_v1 *sensor, uint8_t out[IMUKICK_V1_CONFIG_BYTES]);
/* The host has confirmed the last indication. */
void imukick_v1_confirmed(imukick_v1 *sensor);

/* The motion sensor. `counts`: ax ay az gx gy gz. True when the reading was kept. */
bool imukick_v1_sample(imukick_v1 *sensor, uint64_t t_us, const int16_t counts[6]);
/* Readings were lost before the next one (FIFO overrun). A pause of 1.5 sample periods between two readings is noticed without it. */
void imukick_v1_missed(imukick_v1 *sensor);
/* Everything that was measured until STOP has been handed over. */
void imukick_v1_part_stopped(imukick_v1 *sensor);
/* Whether the motion sensor answers; it does until you say otherwise. */
void imukick_v1_part_answers(imukick_v1 *sensor, bool answers);
/* Now and then while readings may fail to come: a packet whose first sample is twice the max latency old is sent as it is. */
void imukick_v1_tick(imukick_v1 *sensor, uint64_t now_us);
/* Charge, 0 to 100 %; false for anything else, which is not taken. */
bool imukick_v1_battery(imukick_v1 *sensor, uint8_t percent);

/* What to do now, and no longer asked for then. */
uint8_t imukick_v1_actions(imukick_v1 *sensor);
/* What to send next, and where. Stays the same until `imukick_v1_sent`, or until something else happens. */
imukick_v1_characteristic imukick_v1_next(imukick_v1 *sensor, const uint8_t **data, uint16_t *bytes);
/* The radio has taken what `imukick_v1_next` gave last. */
void imukick_v1_sent(imukick_v1 *sensor);

/* The bytes by themselves. */
typedef struct {
    uint8_t version, state;
    uint16_t max_latency_ms;
    uint32_t rate_millihz, acc_scale_ng, gyr_scale_ndps;
    uint16_t acc_range_g, gyr_range_dps, acc_clip, gyr_clip;
    uint32_t overruns, boot;
    uint16_t mtu, n;
} imukick_v1_settings;

typedef struct {
    uint8_t command; /* the rest belongs to SET alone; 0 leaves a setting as it is */
    uint32_t rate_millihz;
    uint16_t acc_range_g, gyr_range_dps, max_latency_ms;
} imukick_v1_command;

uint8_t imukick_v1_samples_per_packet(uint16_t mtu, uint32_t rate_millihz, uint16_t latency_ms);
size_t imukick_v1_pack_stream(uint8_t *out, uint16_t seq, uint32_t t_us, const int16_t (*counts)[6], uint8_t n);
void imukick_v1_pack_config(uint8_t out[IMUKICK_V1_CONFIG_BYTES], const imukick_v1_settings *settings);
/* `clock_us` NULL: a reply without the clock. Gives the number of bytes. */
uint8_t imukick_v1_pack_reply(uint8_t out[IMUKICK_V1_REPLY_BYTES], uint8_t command, uint8_t status, const uint64_t *clock_us);
/* -1 for a command of version 1, else the offset of the first wrong byte. */
int32_t imukick_v1_read_command(const uint8_t *data, size_t bytes, imukick_v1_command *out);

#ifdef __cplusplus
}
#endif
#endif

/* Any operations whatever on the C core: libFuzzer with clang, or random ones by themselves.

       clang -fsanitize=fuzzer,address,undefined -DLIBFUZZER … fuzz.c core_driver.c imukick_v1.c imukick_v1_read.c
       gcc -fsanitize=address,undefined … and: ./fuzz SECONDS [SEED]

   After each operation: CONFIG is one that a host takes, and whatever is to be sent is a packet that a host takes, of at most MTU - 3
   bytes, whose number rises; a reply that a host takes; or a charge of 0 to 100. */
#include "core_driver.h"
#include "imukick_v1_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint16_t last_seq;
static uint64_t packets;
static bool any;
static uint16_t most_mtu; /* the largest of this connection: a smaller one may come behind packets that wait */

static void must(bool kept, const char *what)
{
    if (!kept) {
        fprintf(stderr, "broken: %s\n", what);
        abort();
    }
}

static void check(void)
{
    uint8_t config[IMUKICK_V1_CONFIG_BYTES];
    imukick_v1_settings settings;
    const uint8_t *data;
    uint16_t bytes;
    imukick_v1_packet packet;
    imukick_v1_reply reply;
    if (!core_is_on)
        return;
    most_mtu = core.mtu == 0 ? 0 : core.mtu > most_mtu ? core.mtu : most_mtu;
    imukick_v1_config(&core, config);
    must(imukick_v1_read_config(config, sizeof config, &settings) == -1, "CONFIG");
    switch (imukick_v1_next(&core, &data, &bytes)) {
    case IMUKICK_V1_STREAM:
        must(imukick_v1_read_stream(data, bytes, &packet) == -1, "a packet");
        must(core.stream_heard, "nobody has subscribed");
        must(bytes + 3u <= most_mtu, "longer than an MTU of this connection");
        must(packet.n <= core.n, "more samples than n");
        break;
    case IMUKICK_V1_CONTROL:
        must(imukick_v1_read_reply(data, bytes, &reply) == -1, "a reply");
        break;
    case IMUKICK_V1_BATTERY:
        must(bytes == 1 && data[0] <= 100, "a charge");
        break;
    default:
        must(bytes == 0, "nothing has bytes");
    }
}

/* Between START and the next one numbers rise by one, or by two behind a hole. */
static void follow(uint8_t code, const uint8_t *answer, uint16_t bytes)
{
    imukick_v1_packet packet;
    if (code == 'W' || code == 'B' || code == 'D' || code == 'S' || code == 'F')
        any = false; /* perhaps another stream */
    if (code != 'N' || bytes < 2 || answer[0] != IMUKICK_V1_STREAM)
        return;
    must(imukick_v1_read_stream(answer + 1, bytes - 1u, &packet) == -1, "a packet that was sent");
    uint16_t step = (uint16_t)(packet.seq - last_seq);
    must(!any || step == 1 || step == 2, "a number that does not follow");
    last_seq = packet.seq;
    any = true;
    packets++;
}

static const char letters[] = "CDSWRKMLPFT%ANOscrqp"; /* all but `B` */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t answer[CORE_ANSWER_BYTES];
    static const uint8_t power_on[] = {1,    2,    3,    4,    1,    2, 0x40, 0x0D, 3, 0, 0x80, 0x1A, 6, 0, 1, 16,
                                       0,    0x59, 0x73, 7,    0,    0xFF, 0x7F, 1, 0xD0, 7, 0x94, 0x52, 0xA3, 3, 0xFF, 0x7F};
    core_operation('B', power_on, sizeof power_on, answer);
    must(core_is_on, "a good part is refused");
    any = false;
    while (size >= 2) {
        uint8_t code = data[0] == 0xFF ? 'B' : (uint8_t)letters[data[0] % (sizeof letters - 1)];
        uint8_t bytes = (uint8_t)(data[1] % 40u);
        data += 2;
        size -= 2;
        if (bytes > size)
            bytes = (uint8_t)size;
        uint8_t *args = malloc(bytes > 0 ? bytes : 1); /* of exactly its length, so that a byte behind it is noticed */
        must(args != NULL, "no memory");
        memcpy(args, data, bytes);
        follow(code, answer, core_operation(code, args, bytes, answer));
        free(args);
        check();
        data += bytes;
        size -= bytes;
    }
    return 0;
}

#ifndef LIBFUZZER
#include <time.h>

static uint64_t state;

static uint32_t draw(void) /* splitmix64 */
{
    state += 0x9E3779B97F4A7C15u;
    uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (uint32_t)(z >> 32);
}

static size_t put_operation(uint8_t *out, uint8_t letter, uint8_t bytes)
{
    out[0] = letter;
    out[1] = bytes;
    return 2;
}

/* A life that reaches the deep states: mostly the right operations in a likely order, with wrong ones between. */
static size_t life(uint8_t *out, size_t room)
{
    static const char often[] = "MMMMMMMMMMNNNNOWWKKKATPSC";
    uint64_t t_us = draw() % 4 ? draw() : 0xFFFFFF00u;
    size_t used = 0;
    while (used + 60 < room) {
        uint8_t letter = (uint8_t)often[draw() % (sizeof often - 1)], number = (uint8_t)draw();
        uint8_t bytes = letter == 'M' ? 20 : letter == 'W' ? (uint8_t)(8 + (draw() % 3 ? 1 : draw() % 13)) : (uint8_t)(draw() % 14);
        if (draw() % 30 != 0)
            for (number = 0; letters[number] != letter; number++) {
            }
        uint8_t *at = out + used + put_operation(out + used, number, bytes);
        for (uint8_t i = 0; i < bytes; i++)
            at[i] = (uint8_t)draw();
        t_us += draw() % 16 ? 5000u : draw() % 40000u;
        if (letter == 'M' || letter == 'W')
            for (uint8_t i = 0; i < 8; i++)
                at[i] = (uint8_t)(t_us >> (8 * i));
        if (letter == 'W' && bytes > 8)
            at[8] = (uint8_t)(bytes == 19 ? 3 : draw() % 2 ? 1 : 1 + draw() % 6);
        if (letter == 'S' && bytes > 1)
            at[0] = (uint8_t)(1 + draw() % 3), at[1] = draw() % 8 != 0;
        if (letter == 'C' && bytes > 1)
            at[0] = (uint8_t)draw(), at[1] = 0;
        used += 2u + bytes;
    }
    return used;
}

int main(int argc, char **argv)
{
    static uint8_t script[6000];
    time_t until = time(NULL) + (argc > 1 ? atoi(argv[1]) : 5);
    uint64_t lives = 0;
    state = argc > 2 ? (uint64_t)atoll(argv[2]) : 1u;
    while (time(NULL) < until) {
        size_t size = life(script, sizeof script);
        if (draw() % 4 == 0) {
            size = 1 + draw() % (sizeof script - 1);
            for (size_t i = 0; i < size; i++)
                script[i] = (uint8_t)draw();
        }
        LLVMFuzzerTestOneInput(script, size);
        lives++;
    }
    printf("%llu lives, %llu packets\n", (unsigned long long)lives, (unsigned long long)packets);
    return 0;
}
#endif

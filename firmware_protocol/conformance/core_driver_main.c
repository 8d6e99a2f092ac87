/* The program around core_driver.c: its script and its answers, as that file says. */
#include "core_driver.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    FILE *in = argc == 3 ? fopen(argv[1], "rb") : stdin, *out = argc == 3 ? fopen(argv[2], "wb") : stdout;
    static uint8_t head[3], args[CORE_ARGUMENT_BYTES], answer[2 + CORE_ANSWER_BYTES];
    if (in == NULL || out == NULL) {
        fputs("core_driver: its files cannot be opened\n", stderr);
        return 2;
    }
    while (fread(head, 1, sizeof head, in) == sizeof head) {
        uint16_t bytes = (uint16_t)(head[1] | (uint16_t)(head[2] << 8));
        if (bytes > sizeof args || fread(args, 1, bytes, in) != bytes)
            return 1;
        uint16_t n = core_operation(head[0], args, bytes, answer + 2);
        answer[0] = (uint8_t)(n & 0xFFu);
        answer[1] = (uint8_t)(n >> 8);
        if (fwrite(answer, 1, n + 2u, out) != n + 2u || (out == stdout && fflush(out) != 0))
            return 1;
    }
    return fclose(out) == 0 ? 0 : 1;
}

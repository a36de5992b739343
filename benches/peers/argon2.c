/* Computes one Argon2id hash with libargon2, in huge pages, and prints it in Base64 as Argon2's encoded form has it.
 *
 *     argon2 SALT PASSES KIBIBYTES LANES THREADS < PASSWORD
 */
#define _GNU_SOURCE
#include <argon2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HUGE = 2 << 20, LENGTH = 32 };

static int allocate(uint8_t **memory, size_t size) {
    char *start = mmap(NULL, size + HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        return ARGON2_MEMORY_ALLOCATION_ERROR;
    start += HUGE - (uintptr_t)start % HUGE;
    madvise(start, size, MADV_HUGEPAGE);
    *memory = (uint8_t *)start;
    return ARGON2_OK;
}

/* The end of the process releases it. */
static void release(uint8_t *memory, size_t size) {
    (void)memory;
    (void)size;
}

static void print_base64(const uint8_t *bytes, size_t length) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = 0;
    int held = 0;
    for (size_t at = 0; at < length; at++) {
        bits = bits << 8 | bytes[at];
        for (held += 8; held >= 6; held -= 6)
            putchar(digits[bits >> (held - 6) & 63]);
    }
    if (held)
        putchar(digits[bits << (6 - held) & 63]);
    putchar('\n');
}

int main(int count, char **words) {
    uint8_t password[1024], hash[LENGTH];
    if (count != 6)
        return 2;
    argon2_context context = {
        .out = hash,
        .outlen = LENGTH,
        .pwd = password,
        .pwdlen = fread(password, 1, sizeof password, stdin),
        .salt = (uint8_t *)words[1],
        .saltlen = strlen(words[1]),
        .t_cost = atoi(words[2]),
        .m_cost = atoi(words[3]),
        .lanes = atoi(words[4]),
        .threads = atoi(words[5]),
        .version = ARGON2_VERSION_13,
        .allocate_cbk = allocate,
        .free_cbk = release,
    };
    int code = argon2id_ctx(&context);
    if (code != ARGON2_OK) {
        fprintf(stderr, "%s\n", argon2_error_message(code));
        return 1;
    }
    print_base64(hash, LENGTH);
    return 0;
}

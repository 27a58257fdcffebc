// Names of hosts: those that are listed have addresses, those addresses may be reached, and nothing else is.
// run: --allow-net localhost:1/tcp
// editions: preview1

#include "../sockets.h"

static found_t found[8];
static uint32_t count;

static uint32_t resolve(const char *host, const char *service, hints_t hints) {
    return sock_addr_resolve((void *)host, (void *)service, &hints, found, 8, &count);
}

static void test(void) {
    hints_t ipv4_stream = {STREAM, IPV4, 1}, any = {0, 0, 0};
    // Known, but not yet by its name.
    address_t address = loopback(1);
    uint32_t fd = open_socket(IPV4, STREAM);
    FAILS(ACCES, sock_connect(fd, &address));

    OK(resolve("localhost", "1", ipv4_stream));
    EQUAL(count, 1);
    EQUAL(found[0].type, STREAM);
    EQUAL(found[0].address.ipv4.port, 1);
    HOLDS(same(found[0].address.ipv4.octets, address.ipv4.octets, 4));
    FAILS(CONNREFUSED, sock_connect(fd, &found[0].address));
    address.ipv4.port = 2;
    FAILS(ACCES, sock_connect(fd, &address));
    address = (address_t){.kind = IPV4, .ipv4 = {{127, 0, 0, 2}, 1}};
    FAILS(ACCES, sock_connect(fd, &address));

    OK(resolve("LOCALHOST.", "", any));
    HOLDS(count >= 2);
    found[1].type = 77;
    OK(sock_addr_resolve("localhost", "", &any, found, 1, &count));
    HOLDS(count >= 2);
    EQUAL(found[1].type, 77);
    OK(resolve("192.0.2.9", "443", ipv4_stream));
    EQUAL(found[0].address.ipv4.port, 443);
    FAILS(ACCES, resolve("example.org", "", any));
    FAILS(ACCES, resolve("localhost.example.org", "", any));
    FAILS(ACCES, resolve("local\xff", "", any));
    FAILS(ACCES, resolve("", "", any));
    FAILS(INVAL, resolve("localhost", "gopher", any));

    EACH_BAD_PLACE(place, 12) FAILS(FAULT, sock_addr_resolve("localhost", "", place, found, 8, &count));
    EACH_BAD_PLACE(place, 4) FAILS(FAULT, sock_addr_resolve("localhost", "", &any, found, 8, place));
    EACH_BAD_PLACE(place, 28 * 8) FAILS(FAULT, sock_addr_resolve("localhost", "", &any, place, 8, &count));
    FAILS(FAULT, sock_addr_resolve("localhost", "", &any, found, 0xffffffff, &count));
    FAILS(FAULT, sock_addr_resolve(at(memory_bytes()), "", &any, found, 8, &count));
    FAILS(FAULT, sock_addr_resolve(at(0xffffffff), "", &any, found, 8, &count));
}

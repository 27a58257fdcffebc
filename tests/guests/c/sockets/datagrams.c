// Datagrams with WAMR's functions: they arrive whole, or the guest is told that they did not.
// run: --allow-net 127.0.0.1:*/udp --allow-listen 127.0.0.1:*/udp
// editions: preview1

#include "../sockets.h"

static void test(void) {
    uint16_t first_port, second_port;
    uint32_t first = bound_socket(DATAGRAM, &first_port), second = bound_socket(DATAGRAM, &second_port), size;
    address_t to = loopback(second_port), from = {0};
    iovec_t vectors[2] = {{"twenty", 6}, {" bytes of message!", 14}};
    OK(sock_send_to(first, vectors, 2, 0, &to, &size));
    EQUAL(size, 20);
    OK(sock_send_to(first, vectors, 1, 0, &to, &size));
    OK(sock_send_to(first, vectors, 0, 0, &to, &size));

    vectors[0] = (iovec_t){received_text + 8, 8};
    vectors[1] = (iovec_t){received_text, 8};
    OK(sock_recv(second, vectors, 2, PEEK, &size, &received_flags));
    EQUAL(received_flags, TRUNCATED);
    OK(sock_recv_from(second, vectors, 2, 0, &from, &size));
    EQUAL(size, 16);
    EQUAL(from.ipv4.port, first_port);
    HOLDS(same(received_text, "ytes of twenty b", 16));
    EQUAL(receive(second, 60, 0), 6);
    EQUAL(received_flags, 0);
    EQUAL(receive(second, 60, 0), 0);

    FAILS(NOTCONN, sock_addr_remote(first, &from));
    OK(sock_connect(first, &to));
    EQUAL(send_text(first, "connected"), 9);
    EQUAL(receive(second, 60, 0), 9);
    vectors[0] = (iovec_t){at(0), 65536};
    FAILS(MSGSIZE, sock_send(first, vectors, 1, 0, &size));

    EACH_BAD_PLACE(place, 24) FAILS(FAULT, sock_send_to(first, vectors, 0, 0, place, &size));
    EACH_BAD_PLACE(place, 24) FAILS(FAULT, sock_recv_from(first, vectors, 1, 0, place, &size));
    to.kind = 2;
    FAILS(AFNOSUPPORT, sock_send_to(first, vectors, 0, 0, &to, &size));
    to.kind = IPV6;
    FAILS(AFNOSUPPORT, sock_send_to(first, vectors, 0, 0, &to, &size));
    FAILS(NOTSUP, sock_listen(first, 1));
}

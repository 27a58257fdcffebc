// Connections with WAMR's functions: connect, listen, accept, send, receive, shut down.
// run: --allow-net 127.0.0.1:*/tcp --allow-listen 127.0.0.1:*/tcp
// editions: preview1

#include "../sockets.h"

static void bad_arguments(uint32_t fd) {
    iovec_t vector = {vector_bytes, sizeof vector_bytes};
    uint32_t size = 77, opened = 77;
    uint16_t flags;
    EACH_BAD_FD(bad) {
        address_t address = loopback(1);
        FAILS(BADF, sock_connect(bad, &address));
        FAILS(BADF, sock_bind(bad, &address));
        FAILS(BADF, sock_listen(bad, 1));
        FAILS(BADF, sock_close(bad));
        FAILS(BADF, sock_recv(bad, &vector, 1, 0, &size, &flags));
        FAILS(BADF, sock_send(bad, &vector, 1, 0, &size));
    }
    EACH_BAD_PLACE(place, 4) FAILS(FAULT, sock_open(0, IPV4, STREAM, place));
    EACH_BAD_PLACE(place, 4) FAILS(FAULT, sock_send(fd, &vector, 1, 0, place));
    EACH_BAD_PLACE(place, 4) FAILS(FAULT, sock_recv(fd, &vector, 1, 0, place, &flags));
    EACH_BAD_PLACE(place, 2) FAILS(FAULT, sock_recv(fd, &vector, 1, 0, &size, place));
    EACH_BAD_PLACE(place, 24) FAILS(FAULT, sock_connect(fd, place));
    EACH_BAD_PLACE(place, 24) FAILS(FAULT, sock_addr_remote(fd, place));
    EACH_BAD_VECTORS(place, count, errno) FAILS_WITH(errno, sock_send(fd, place, count, 0, &size));
    EACH_BAD_VECTORS(place, count, errno) FAILS_WITH(errno, sock_recv(fd, place, count, 0, &size, &flags));
    FAILS(AFNOSUPPORT, sock_open(0, ANY_FAMILY, STREAM, &opened));
    FAILS(INVAL, sock_open(0, IPV4, 2, &opened));
    FAILS(INVAL, sock_shutdown(fd, 0));
    FAILS(INVAL, sock_recv(fd, &vector, 1, 4, &size, &flags));
    FAILS(INVAL, sock_send(fd, &vector, 1, 1, &size));
    EQUAL(size, 77);
    EQUAL(opened, 77);
}

static void test(void) {
    connection_t connection = connected();
    address_t local, remote;
    OK(sock_addr_local(connection.client, &local));
    OK(sock_addr_remote(connection.server, &remote));
    EQUAL(local.ipv4.port, remote.ipv4.port);
    HOLDS(same(local.ipv4.octets, "\x7f\0\0\1", 4));
    bad_arguments(connection.client);

    EQUAL(send_text(connection.client, "hello"), 5);
    EQUAL(receive(connection.server, 2, PEEK), 2);
    EQUAL(receive(connection.server, 5, WAIT_ALL), 5);
    HOLDS(same(received_text, "hello", 5));
    // Several buffers, and the functions that know nothing of sockets.
    iovec_t vectors[3] = {{"to ", 3}, {NULL, 0}, {"and fro", 7}};
    uint32_t size;
    OK(fd_write(connection.server, vectors, 3, &size));
    EQUAL(size, 10);
    vectors[0] = (iovec_t){received_text + 6, 4};
    vectors[2] = (iovec_t){received_text, 6};
    OK(fd_read(connection.client, vectors, 3, &size));
    EQUAL(size, 10);
    HOLDS(same(received_text, "nd froto a", 10));

    OK(fd_fdstat_set_flags(connection.client, FDFLAG_NONBLOCK));
    EQUAL(receive(connection.client, 1, 0), -ERRNO_AGAIN);
    OK(fd_fdstat_set_flags(connection.client, 0));
    OK(sock_set_recv_timeout(connection.client, 10000));
    EQUAL(receive(connection.client, 1, 0), -ERRNO_AGAIN);

    OK(sock_shutdown(connection.server, SHUT_WRITE));
    EQUAL(receive(connection.client, 9, 0), 0);
    EQUAL(send_text(connection.server, "x"), -ERRNO_PIPE);
    EQUAL(send_text(connection.client, "x"), 1);
    remote = loopback(local.ipv4.port);
    FAILS(ISCONN, sock_connect(connection.client, &remote));
    OK(sock_close(connection.client));
    FAILS(BADF, fd_close(connection.client));
    OK(fd_close(connection.server));

    // Nobody listens there.
    uint16_t port;
    uint32_t silent = bound_socket(STREAM, &port), client = open_socket(IPV4, STREAM);
    remote = loopback(port);
    FAILS(CONNREFUSED, sock_connect(client, &remote));
    FAILS(NOTCONN, sock_addr_remote(client, &remote));
    FAILS(ADDRINUSE, sock_bind(client, &remote));
    FAILS(INVAL, sock_accept(silent, 0, &size));
    FAILS(NOTSOCK, sock_close(1));
}

// A server for WASI: descriptor 3 listens, as the host has arranged.

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LISTENER = 3 };

static void say(const char *text) { write(STDOUT_FILENO, text, strlen(text)); }

/* Reads up to the empty line that ends a request; whether it came. */
static int receive(int connection, char *request, size_t size) {
    size_t filled = 0;
    while (filled + 1 < size) {
        ssize_t count = recv(connection, &request[filled], size - 1 - filled, 0);
        if (count <= 0) {
            return 0;
        }
        filled += count;
        request[filled] = 0;
        if (strstr(request, "\r\n\r\n") != NULL) {
            return 1;
        }
    }
    return 0;
}

static void answer(int connection, const char *status, const char *body) {
    char text[200] = "HTTP/1.0 ";
    strcat(text, status);
    strcat(text, "\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n");
    strcat(text, body);
    for (const char *rest = text; *rest != 0;) {
        ssize_t count = send(connection, rest, strlen(rest), 0);
        if (count <= 0) {
            return;
        }
        rest += count;
    }
}

/* Answers one request; whether there shall be more. */
static int serve(int connection) {
    static unsigned char visitors;
    char request[512];
    if (!receive(connection, request, sizeof request)) {
        return 1;
    }
    if (strncmp(request, "GET /stop ", 10) == 0) {
        answer(connection, "200 OK", "Goodbye\n");
        say("guest: /stop ends this\n");
        return 0;
    }
    if (strncmp(request, "GET / ", 6) == 0) {
        char body[] = "Hello, you are number 0\n";
        visitors = visitors % 9 + 1;
        *strchr(body, '0') = '0' + visitors;
        answer(connection, "200 OK", body);
    } else {
        answer(connection, "404 Not Found", "There is / and /stop\n");
    }
    return 1;
}

int main(void) {
    say("guest: listening\n");
    for (int goes_on = 1; goes_on;) {
        int connection = accept(LISTENER, NULL, NULL);
        if (connection < 0) {
            say("guest: no connection\n");
            return 1;
        }
        goes_on = serve(connection);
        shutdown(connection, SHUT_RDWR);
        close(connection);
    }
    return 0;
}

// Calls a function of type [i32] -> [i32]: wasm3's own interface takes arguments as text and gives no results.

#include <stdio.h>

#include "m3_env.h"

const char * moteur_wasm3_call (IM3Function function, uint32_t argument, uint32_t * result)
{
    char text [16];
    snprintf (text, sizeof text, "%u", argument);
    const char * arguments [] = { text };
    const char * error = m3_CallWithArgs (function, 1, arguments);
    *result = * (uint32_t *) function->module->runtime->stack;
    return error;
}

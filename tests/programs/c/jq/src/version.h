/* The version that jq states; its build takes it from git. */
#define JQ_VERSION "1.6"

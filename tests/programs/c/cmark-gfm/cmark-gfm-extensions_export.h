/* Nothing is exported from a program. */
#define CMARK_GFM_EXTENSIONS_EXPORT

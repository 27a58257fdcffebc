//! The functions: one row each with name, type and what it does. Functions that do the same have one code.

use moteur::{FuncType, HostFunction, ValType};

/// What a function does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
#[repr(u8)]
pub enum Code {
    // Kinds of characters; the table `CLASSES` has what they are true for, in this order.
    IsUpper,
    IsAlpha,
    IsSpace,
    IsGraph,
    IsPrint,
    IsDigit,
    IsHexDigit,
    IsAlnum,
    ToLower,
    ToUpper,
    Print,
    PrintTo,
    PrintToSized,
    Puts,
    PutChar,
    Compare,
    CompareTexts,
    CompareSized,
    CompareFolded,
    Copy,
    Fill,
    FindByte,
    FindChar,
    FindText,
    CopyText,
    CopySized,
    Len,
    Span,
    SpanWithout,
    Allocate,
    AllocateZeroed,
    Reallocate,
    Duplicate,
    Free,
    Integer,
    Signed,
    Unsigned,
    ClockGet,
    Clock,
    Exit,
    Abort,
    StackOverflow,
    NullCall,
    Nothing,
}

type Type = FuncType<'static>;

static TYPES: [ValType; 5] = [ValType::I32, ValType::I32, ValType::I32, ValType::I32, ValType::I64];

const fn function(params: usize, result: core::ops::Range<usize>) -> Type {
    let params = TYPES.split_at(params).0;
    let results = TYPES.split_at(result.end).0.split_at(result.start).1;
    FuncType { params, results }
}

static P1: Type = function(1, 0..0);
static P3: Type = function(3, 0..0);
static P1_I32: Type = function(1, 0..1);
static P2_I32: Type = function(2, 0..1);
static P3_I32: Type = function(3, 0..1);
static P4_I32: Type = function(4, 0..1);
static I64: Type = function(0, 4..5);

macro_rules! rows {
    ($($name:ident $ty:ident $code:ident;)*) => {
        [$(HostFunction { name: stringify!($name), ty: &$ty, code: Code::$code }),*]
    };
}

/// All functions that a module may import from `env`.
pub static FUNCTIONS: [HostFunction<Code>; 52] = rows! {
    printf P2_I32 Print;
    sprintf P3_I32 PrintTo;
    snprintf P4_I32 PrintToSized;
    vprintf P2_I32 Print;
    vsprintf P3_I32 PrintTo;
    vsnprintf P4_I32 PrintToSized;
    puts P1_I32 Puts;
    putchar P1_I32 PutChar;
    memcmp P3_I32 Compare;
    memcpy P3_I32 Copy;
    memmove P3_I32 Copy;
    memset P3_I32 Fill;
    strchr P2_I32 FindChar;
    strcmp P2_I32 CompareTexts;
    strcpy P2_I32 CopyText;
    strlen P1_I32 Len;
    strncmp P3_I32 CompareSized;
    strncpy P3_I32 CopySized;
    malloc P1_I32 Allocate;
    realloc P2_I32 Reallocate;
    calloc P2_I32 AllocateZeroed;
    strdup P1_I32 Duplicate;
    _strdup P1_I32 Duplicate;
    free P1 Free;
    atoi P1_I32 Integer;
    exit P1 Exit;
    strtol P3_I32 Signed;
    strtoul P3_I32 Unsigned;
    memchr P3_I32 FindByte;
    strncasecmp P3_I32 CompareFolded;
    strspn P2_I32 Span;
    strcspn P2_I32 SpanWithout;
    strstr P2_I32 FindText;
    isupper P1_I32 IsUpper;
    isalpha P1_I32 IsAlpha;
    isspace P1_I32 IsSpace;
    isgraph P1_I32 IsGraph;
    isprint P1_I32 IsPrint;
    isdigit P1_I32 IsDigit;
    isxdigit P1_I32 IsHexDigit;
    tolower P1_I32 ToLower;
    toupper P1_I32 ToUpper;
    isalnum P1_I32 IsAlnum;
    emscripten_memcpy_big P3_I32 Copy;
    abort P1 Abort;
    abortStackOverflow P1 StackOverflow;
    nullFunc_X P1 NullCall;
    __cxa_allocate_exception P1_I32 Allocate;
    __cxa_begin_catch P1 Nothing;
    __cxa_throw P3 Abort;
    clock_gettime P2_I32 ClockGet;
    clock I64 Clock;
};

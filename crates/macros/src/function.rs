//! One function of the block: its row in the list.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{Error, Expr, FnArg, ImplItemFn, Lit, Meta, Result, ReturnType, Type, TypeReference};

/// How many words a function's arguments may take: `moteur::WORDS_MAX`.
const WORDS_MAX: usize = 10;

/// Who the function is called on.
#[derive(Clone, Copy, PartialEq)]
enum Receiver {
    Nobody,
    State,
    Call,
}

/// What a parameter is made of.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// A value in one word.
    Word,
    /// `&[u8]`: address and length.
    Bytes,
    /// `&mut [u8]`: address and length.
    BytesMut,
    /// `&str`: address and length.
    Text,
    /// `&CStr`: the address of a text that ends with a zero byte.
    CText,
}

impl Kind {
    fn words(self) -> usize {
        match self {
            Kind::Word | Kind::CText => 1,
            Kind::Bytes | Kind::BytesMut | Kind::Text => 2,
        }
    }
}

struct Param {
    kind: Kind,
    ty: Type,
    /// The first of its words.
    word: usize,
}

/// The row of `item`. The attribute `#[host(name = "…")]` is taken away from it.
pub fn row(item: &mut ImplItemFn, state: &Type) -> Result<TokenStream> {
    let name = name(item)?;
    if let Some(what) = &item.sig.asyncness {
        return Err(Error::new_spanned(what, "a host function cannot be async"));
    }
    if !item.sig.generics.params.is_empty() {
        return Err(Error::new_spanned(&item.sig.generics, "a host function has one type: it cannot be generic"));
    }
    let (receiver, params) = params(item)?;
    let types = params.iter().flat_map(word_types);
    let result = match &item.sig.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => quote!(#ty),
    };
    let function = &item.sig.ident;
    let body = call(function, receiver, &params);
    Ok(quote! {
        ::moteur_guest::host::HostFunction::<#state> {
            name: #name,
            ty: &::moteur_guest::host::FuncType {
                params: &[#(#types),*],
                results: <#result as ::moteur_guest::host::HostResult>::TYPES,
            },
            code: |call, words| #body,
        }
    })
}

/// The name under which the function is imported.
fn name(item: &mut ImplItemFn) -> Result<String> {
    let mut name = item.sig.ident.to_string();
    let mut wrong = None;
    item.attrs.retain(|attribute| {
        if !attribute.path().is_ident("host") {
            return true;
        }
        match attribute.parse_args::<Meta>() {
            Ok(Meta::NameValue(pair)) if pair.path.is_ident("name") => match pair.value {
                Expr::Lit(literal) if matches!(literal.lit, Lit::Str(_)) => {
                    if let Lit::Str(text) = literal.lit {
                        name = text.value();
                    }
                }
                other => wrong = Some(Error::new_spanned(other, "the name must be a string")),
            },
            Ok(other) => wrong = Some(Error::new_spanned(other, "only `name = \"…\"` is known here")),
            Err(error) => wrong = Some(error),
        }
        false
    });
    wrong.map_or(Ok(name), Err)
}

fn params(item: &ImplItemFn) -> Result<(Receiver, Vec<Param>)> {
    let mut receiver = Receiver::Nobody;
    let mut params = Vec::new();
    let mut word = 0;
    for (index, input) in item.sig.inputs.iter().enumerate() {
        let ty = match input {
            FnArg::Receiver(this) if this.reference.is_some() => {
                receiver = Receiver::State;
                continue;
            }
            FnArg::Receiver(this) => {
                return Err(Error::new_spanned(this, "the state cannot be moved: take `&self` or `&mut self`"));
            }
            FnArg::Typed(input) => Type::clone(&input.ty),
        };
        if index == 0 && is_call(&ty) {
            receiver = Receiver::Call;
            continue;
        }
        let kind = kind(&ty)?;
        if receiver == Receiver::Call && kind != Kind::Word {
            let text = "`call` owns the memory: take an `Address` and a length, and ask `call.memory` for the slice";
            return Err(Error::new_spanned(ty, text));
        }
        params.push(Param { kind, ty, word });
        word += kind.words();
    }
    if word > WORDS_MAX {
        return Err(Error::new_spanned(&item.sig.inputs, "the arguments take more than ten words"));
    }
    Ok((receiver, params))
}

/// Whether the type is `&mut Call<…>`.
fn is_call(ty: &Type) -> bool {
    let Type::Reference(TypeReference { mutability: Some(_), elem, .. }) = ty else {
        return false;
    };
    ends_with(elem, "Call")
}

fn ends_with(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == name))
}

fn kind(ty: &Type) -> Result<Kind> {
    let Type::Reference(reference) = ty else {
        return Ok(Kind::Word);
    };
    let mutable = reference.mutability.is_some();
    match &*reference.elem {
        Type::Slice(slice) if ends_with(&slice.elem, "u8") => Ok(if mutable { Kind::BytesMut } else { Kind::Bytes }),
        text if ends_with(text, "str") && !mutable => Ok(Kind::Text),
        text if ends_with(text, "CStr") && !mutable => Ok(Kind::CText),
        _ => Err(Error::new_spanned(ty, "a guest can lend `&[u8]`, `&mut [u8]`, `&str` and `&CStr`")),
    }
}

fn word_types(param: &Param) -> Vec<TokenStream> {
    match param.kind {
        Kind::Word => {
            let ty = &param.ty;
            vec![quote!(<#ty as ::moteur_guest::host::Argument>::TYPE)]
        }
        kind => vec![quote!(::moteur_guest::host::ValType::I32); kind.words()],
    }
}

/// The body of the closure: arguments, call, result.
fn call(function: &syn::Ident, receiver: Receiver, params: &[Param]) -> TokenStream {
    let names: Vec<_> = (0..params.len()).map(|index| format_ident!("argument_{index}")).collect();
    let mut steps = Vec::new();
    let lends_mut = params.iter().any(|param| param.kind == Kind::BytesMut);
    if lends_mut {
        steps.push(lend_mut(params, &names));
    }
    for (param, name) in params.iter().zip(&names) {
        let (word, next, ty) = (param.word, param.word + 1, &param.ty);
        let span = ty.span();
        steps.push(match param.kind {
            Kind::Word => quote::quote_spanned!(span=>
                let #name = <#ty as ::moteur_guest::host::Argument>::from_word(words[#word]);),
            Kind::Bytes if lends_mut => quote!(let #name: &[u8] = #name;),
            Kind::BytesMut => continue,
            Kind::Text if lends_mut => quote!(let #name = ::moteur_guest::host::text(#name)?;),
            Kind::CText if lends_mut => quote!(let #name = ::moteur_guest::host::c_text(#name)?;),
            Kind::Bytes => quote!(let #name = call.memory.lend(words[#word], words[#next])?;),
            Kind::Text => quote!(let #name = ::moteur_guest::host::text(call.memory.lend(words[#word], words[#next])?)?;),
            Kind::CText => quote! {
                let #name = ::moteur_guest::host::c_text(call.memory.lend(words[#word], call.memory.text_len(words[#word]))?)?;
            },
        });
    }
    let receiver = match receiver {
        Receiver::Nobody => quote!(),
        Receiver::State => quote!(call.state,),
        Receiver::Call => quote!(call,),
    };
    quote! {{
        // A function without arguments or state leaves these unused.
        let _ = (&call, words);
        #(#steps)*
        ::moteur_guest::host::HostResult::into_word(Self::#function(#receiver #(#names),*))
    }}
}

/// All that is lent at once, because one of the slices can be written: none may overlap another.
fn lend_mut(params: &[Param], names: &[syn::Ident]) -> TokenStream {
    let lent = || params.iter().zip(names).filter(|(param, _)| param.kind != Kind::Word);
    let names = lent().map(|(_, name)| name);
    let claims = lent().map(|(param, _)| {
        let (word, next) = (param.word, param.word + 1);
        match param.kind {
            Kind::CText => quote!((words[#word], call.memory.text_len(words[#word]))),
            _ => quote!((words[#word], words[#next])),
        }
    });
    quote!(let [#(#names),*] = call.memory.lend_mut([#(#claims),*])?;)
}

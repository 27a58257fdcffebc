//! The impl block as a whole: who owns the state, which functions there are, and the trait that lists them.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::{Error, Ident, ImplItem, ItemImpl, Result, Token, Type};

use crate::function;

/// The block, followed by its list of host functions.
pub fn expand(arguments: TokenStream, block: TokenStream) -> Result<TokenStream> {
    let Options { state, calls_guest } = options.parse2(arguments)?;
    let mut block: ItemImpl = syn::parse2(block)?;
    if let Some((_, of, _)) = &block.trait_ {
        return Err(Error::new_spanned(of, "host functions are those of a type, not of a trait for it"));
    }
    let owner = &block.self_ty;
    let state = state.unwrap_or_else(|| Type::clone(owner));
    let mut rows = Vec::new();
    for item in &mut block.items {
        if let ImplItem::Fn(item) = item {
            rows.push(function::row(item, &state)?);
        }
    }
    if rows.is_empty() {
        return Err(Error::new_spanned(&block.self_ty, "there is no function in this block"));
    }
    let (generics, _, bounds) = block.generics.split_for_impl();
    let owner = &block.self_ty;
    Ok(quote! {
        #block

        #[automatically_derived]
        impl #generics ::moteur_guest::host::HostFunctions for #owner #bounds {
            type State = #state;
            const FUNCTIONS: &'static [::moteur_guest::host::HostFunction<#state>] = &[#(#rows),*];
            const CALLS_GUEST: bool = #calls_guest;
        }
    })
}

/// What stands behind the attribute's name.
#[derive(Default)]
struct Options {
    state: Option<Type>,
    calls_guest: bool,
}

/// `state = TYPE` and `calls_guest`, both optional.
fn options(input: ParseStream<'_>) -> Result<Options> {
    let mut options = Options::default();
    while !input.is_empty() {
        let name: Ident = input.parse()?;
        if name == "state" {
            input.parse::<Token![=]>()?;
            options.state = Some(input.parse()?);
        } else if name == "calls_guest" {
            options.calls_guest = true;
        } else {
            return Err(Error::new_spanned(name, "only `state = TYPE` and `calls_guest` are known here"));
        }
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(options)
}

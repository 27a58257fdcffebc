//! Types of imports and exports, and errors of linking, in words.

use moteur::{Error, ExternType, Limits, Module, NativeSection, PageSize};
use moteur_guest::wasi;

/// What kind of thing it is.
pub fn kind(ty: &ExternType<'_>) -> &'static str {
    match ty {
        ExternType::Func(_) => "function",
        ExternType::Table(_) => "table",
        ExternType::Memory(_) => "memory",
        ExternType::Global(_) => "global",
    }
}

/// The details of its type.
pub fn details(ty: &ExternType<'_>) -> String {
    match ty {
        ExternType::Func(ty) => ty.to_string(),
        ExternType::Table(ty) => format!("{} {}", limits(&ty.limits, "element"), ty.element),
        ExternType::Memory(ty) => limits(&ty.limits, if ty.page == PageSize::Byte { "byte" } else { "page" }),
        ExternType::Global(ty) => format!("{}{}", if ty.mutable { "mut " } else { "" }, ty.value),
    }
}

fn limits(limits: &Limits, unit: &str) -> String {
    let plural = |count: u64| if count == 1 { "" } else { "s" };
    match limits.max {
        Some(max) if max == limits.min => format!("{max} {unit}{}", plural(max)),
        Some(max) => format!("{} to {max} {unit}{}", limits.min, plural(max)),
        None => format!("{} or more {unit}s", limits.min),
    }
}

/// The machine that native code was made for.
pub fn machine(section: &NativeSection) -> String {
    let Some(made_for) = section.made_for else { return "an unknown machine".to_owned() };
    let features: String = section.features().map(|name| format!(" {name}")).collect();
    let metering = if made_for.metering { ", counts fuel" } else { "" };
    let (arch, float) = (made_for.arch.name(), made_for.float_abi.name());
    format!("{arch}{features}, {float}, {}{metering}", made_for.checks.name())
}

/// Why an import could not be satisfied: its name and type, and what there is instead.
pub fn link_error(module: &Module, import: u32, error: Error) -> String {
    let Some(import) = module.import(import) else {
        return error.to_string();
    };
    let wanted = format!(
        "import {}::{} ({} {}) cannot be satisfied",
        import.module,
        import.name,
        kind(&import.ty),
        details(&import.ty)
    );
    let found = if !wasi::MODULES.contains(&import.module) {
        format!("nothing is offered under {:?}; there are {}", import.module, wasi::MODULES.join(" and "))
    } else if let Some(ty) = wasi::signature(import.name) {
        format!("found function {ty}")
    } else {
        format!("{:?} has no {:?}", import.module, import.name)
    };
    format!("{wanted}: {found}")
}

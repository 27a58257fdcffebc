//! What instances import and export.

use core::ptr::NonNull;

use moteur_wasm::{ExternIdx, Limits};

use crate::context::{Handle, StorePtr};
use crate::error::Error;
use crate::func::Func;
use crate::global::Global;
use crate::memory::Memory;
use crate::module::ExternType;
use crate::store::StoreInner;
use crate::store::entity::{InstanceEntity, LoadedModule};
use crate::table::Table;

/// Something that is imported or exported. Importing shares it: nothing is copied.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Extern {
    /// A function.
    Func(Func),
    /// A table.
    Table(Table),
    /// A memory.
    Memory(Memory),
    /// A global.
    Global(Global),
}

macro_rules! kinds {
    ($($kind:ident $name:ident;)*) => { $(
        impl From<$kind> for Extern {
            fn from(item: $kind) -> Extern {
                Extern::$kind(item)
            }
        }

        impl Extern {
            #[doc = concat!("The item, if it is a `", stringify!($kind), "`.")]
            pub const fn $name(self) -> Option<$kind> {
                if let Extern::$kind(item) = self { Some(item) } else { None }
            }
        }
    )* };
}

kinds! {
    Func func;
    Table table;
    Memory memory;
    Global global;
}

impl Extern {
    /// What an instance has under this index.
    pub(crate) fn of(store: &StoreInner, instance: &InstanceEntity, item: ExternIdx) -> Option<Extern> {
        Some(match item {
            ExternIdx::Func(func) => Func(Handle::new(store, instance.func(func)?)).into(),
            ExternIdx::Table(table) => Table(Handle::new(store, *instance.tables.get(table.index())?)).into(),
            ExternIdx::Memory(memory) => Memory(Handle::new(store, *instance.memories.get(memory.index())?)).into(),
            ExternIdx::Global(global) => {
                Global(Handle::new(store, *instance.global_entities.get(global.index())?)).into()
            }
        })
    }

    /// The item's type as it is now.
    ///
    /// # Errors
    /// [`Error::ForeignStore`].
    pub fn ty<'a>(&self, store: &'a impl crate::AsContext) -> Result<ExternType<'a>, Error> {
        Ok(match self {
            Extern::Func(func) => ExternType::Func(func.ty(store)?),
            Extern::Table(table) => ExternType::Table(table.ty(store)?),
            Extern::Memory(memory) => ExternType::Memory(memory.ty(store)?),
            Extern::Global(global) => ExternType::Global(global.ty(store)?),
        })
    }

    /// Whether the item may stand for an import of this type, by the specification's matching.
    ///
    /// # Safety
    /// `store` is valid, and `loaded` is of it.
    pub(crate) unsafe fn matches(
        self,
        store: StorePtr,
        loaded: NonNull<LoadedModule>,
        ty: moteur_wasm::ExternType,
    ) -> Result<bool, Error> {
        use moteur_wasm::ExternType as Ty;
        // SAFETY: the caller's promise; entities live as long as the store.
        unsafe {
            let store = store.0.as_ref();
            Ok(match (self, ty) {
                (Extern::Func(func), Ty::Func(ty)) => {
                    loaded.as_ref().type_ids.get(ty.index()) == Some(&func.0.get(store)?.as_ref().type_id)
                }
                (Extern::Table(table), Ty::Table(ty)) => {
                    let given = table.0.get(store)?.as_ref().ty();
                    given.element == ty.element && limits_match(given.limits, ty.limits)
                }
                (Extern::Memory(memory), Ty::Memory(ty)) => {
                    let given = memory.0.get(store)?.as_ref().ty();
                    given.page == ty.page && limits_match(given.limits, ty.limits)
                }
                (Extern::Global(global), Ty::Global(ty)) => global.0.get(store)?.as_ref().ty == ty,
                _ => false,
            })
        }
    }
}

/// SPEC: limits match when the given range lies inside the wanted one.
fn limits_match(given: Limits, wanted: Limits) -> bool {
    given.min >= wanted.min && wanted.max.is_none_or(|most| given.max.is_some_and(|max| max <= most))
}

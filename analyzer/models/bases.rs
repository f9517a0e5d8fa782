//! What a class is whose base is of a package without a model: by how the base is called, or by what its body is made of.
//!
//! ```python
//! class Orders(rest_framework_bulk.BulkModelViewSet):      # a view, by the name of its base
//! class Order(LifecycleModel):                             # an entity, by its fields
//!     number = models.CharField()
//! ```
//! Knows the facts of models. Does not know classes.

use crate::models::lookup::{EntityId, Models};

impl Models {
    /// The view class that a base of a package without a model extends, by its name.
    pub fn view_extended_by(&self, path: &str) -> Option<&str> {
        let name = path.rsplit('.').next().filter(|name| name.len() < path.len())?;
        let mut names = self.views.iter().flat_map(|view| &view.base_names);
        let (_, base) = names.find(|(ending, base)| name.ends_with(ending.as_str()) && path != base.as_str())?;
        self.libraries_of_import(path).next().is_none().then_some(base)
    }

    /// The sort of entity whose classes alone have attributes that a call of this path makes.
    pub fn entity_made_of(&self, path: &str) -> Option<EntityId> {
        let at = self.entities.iter().position(|entity| entity.made_of.iter().any(|made| made == path))?;
        Some(EntityId(at as u16))
    }
}

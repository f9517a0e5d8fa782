//! A syntax tree as one array in preorder, made in a single walk.
//!
//! Lowerings look at a node's children more than once (names are hoisted before statements are lowered); in an array
//! this costs a few loads, while each step of a tree cursor costs some 50 ns.
//! Knows tree-sitter. Does not know any grammar: the caller says by kind id what to keep.
//! Invariant: a node's subtree is the range from the node to its `next`; the root is node 0.
//! Invariant: comments are not among the nodes; they are listed apart, in source order.

use crate::source::Span;
use tree_sitter::Tree;

/// A position in `FlatTree::nodes`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct NodeId(pub u32);

#[derive(Clone, Copy, Debug)]
pub struct FlatNode<K> {
    pub kind: K,
    pub span: Span,
    /// The first node after this one's subtree.
    pub next: NodeId,
}

/// What the walk does with the nodes of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Shape<K> {
    pub kind: K,
    pub keep: Keep<K>,
    pub is_named: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keep<K> {
    /// The node and its children.
    Whole,
    /// The node without its children.
    Leaf,
    /// The node without its children, below parents of this kind only.
    LeafUnder(K),
    /// Neither the node nor its children.
    Nothing,
    /// The node's span goes to the comments.
    Comment,
}

#[derive(Clone, Debug)]
pub struct FlatTree<K> {
    pub nodes: Vec<FlatNode<K>>,
    pub comments: Vec<Span>,
    /// ERROR and MISSING nodes, in source order.
    pub errors: Vec<NodeId>,
    /// Named nodes among the kept ones.
    pub named: u32,
    error: K,
}

impl<K: Copy + PartialEq> FlatTree<K> {
    /// `shapes` is indexed by kind id; `error` is the kind of ERROR nodes.
    pub fn new(tree: &Tree, shapes: &[Shape<K>], error: K) -> FlatTree<K> {
        let mut flat = FlatTree { nodes: Vec::new(), comments: Vec::new(), errors: Vec::new(), named: 0, error };
        let error = Shape { kind: error, keep: Keep::Whole, is_named: true };
        let mut cursor = tree.walk();
        let mut open: Vec<u32> = Vec::new();
        flat.nodes.reserve(tree.root_node().end_byte() / 6);
        loop {
            let node = cursor.node();
            let shape = *shapes.get(usize::from(node.kind_id())).unwrap_or(&error);
            let span = Span::new(node.start_byte(), node.end_byte());
            let is_kept = match shape.keep {
                Keep::Whole | Keep::Leaf => true,
                Keep::LeafUnder(kind) => open.last().is_some_and(|&at| flat.nodes[at as usize].kind == kind),
                Keep::Nothing => false,
                Keep::Comment => {
                    flat.comments.push(span);
                    false
                }
            };
            let at = flat.nodes.len() as u32;
            if is_kept {
                flat.named += u32::from(shape.is_named);
                if shape.kind == error.kind || (span.is_empty() && node.is_missing()) {
                    flat.errors.push(NodeId(at));
                }
                flat.nodes.push(FlatNode { kind: shape.kind, span, next: NodeId(at + 1) });
                if shape.keep == Keep::Whole && cursor.goto_first_child() {
                    open.push(at);
                    continue;
                }
            }
            while !cursor.goto_next_sibling() {
                let Some(parent) = open.pop() else {
                    return flat;
                };
                cursor.goto_parent();
                flat.nodes[parent as usize].next = NodeId(flat.nodes.len() as u32);
            }
        }
    }

    pub fn node(&self, id: NodeId) -> FlatNode<K> {
        self.nodes[id.0 as usize]
    }

    pub fn kind(&self, id: NodeId) -> K {
        self.nodes[id.0 as usize].kind
    }

    pub fn span(&self, id: NodeId) -> Span {
        self.nodes[id.0 as usize].span
    }

    /// Kept children, ERROR nodes included.
    pub fn all_children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let end = self.node(id).next;
        let mut at = NodeId(id.0 + 1);
        std::iter::from_fn(move || {
            let child = at;
            (child < end).then(|| {
                at = self.node(child).next;
                child
            })
        })
    }

    /// Kept children without ERROR nodes, so that the position among them says what a child is.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.all_children(id).filter(|&child| self.kind(child) != self.error)
    }

    /// The nodes below `id`, at any depth, and `id` itself.
    pub fn subtree(&self, id: NodeId) -> std::ops::Range<u32> {
        id.0..self.node(id).next.0
    }

    pub fn first_of(&self, id: NodeId, kind: K) -> Option<NodeId> {
        self.children(id).find(|&child| self.kind(child) == kind)
    }

    pub fn has_error(&self, id: NodeId) -> bool {
        let range = self.subtree(id);
        let from = self.errors.partition_point(|error| error.0 < range.start);
        self.errors.get(from).is_some_and(|error| error.0 < range.end)
    }
}

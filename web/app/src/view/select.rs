//! A list to choose from. What stands in it is what the state says, whatever was chosen in it before: the attribute `selected`
//! of an option that a visitor once chose says nothing to a browser any more.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub struct SelectProps {
    /// The value that is chosen.
    pub value: AttrValue,
    /// What another choice leads to.
    pub onchoice: Callback<String>,
    pub id: AttrValue,
    #[prop_or_default]
    pub class: Classes,
    #[prop_or_default]
    pub label: Option<AttrValue>,
    /// The id of what explains it.
    #[prop_or_default]
    pub about: Option<AttrValue>,
    #[prop_or_default]
    pub title: Option<AttrValue>,
    #[prop_or_default]
    pub disabled: bool,
    #[prop_or_default]
    pub wrong: bool,
    /// The options.
    pub children: Html,
}

/// The list.
#[component]
pub fn Select(props: &SelectProps) -> Html {
    let node = use_node_ref();
    let show = {
        let (node, value) = (node.clone(), props.value.clone());
        move || node.cast::<HtmlSelectElement>().into_iter().for_each(|select| select.set_value(&value))
    };
    use_effect(show.clone());
    let onchange = {
        let (node, onchoice) = (node.clone(), props.onchoice.clone());
        Callback::from(move |_: Event| {
            let chosen = node.cast::<HtmlSelectElement>().map(|select| select.value());
            // Until it is drawn anew: nothing may come of the choice.
            show();
            chosen.into_iter().for_each(|chosen| onchoice.emit(chosen));
        })
    };
    let SelectProps { id, class, label, about, title, disabled, wrong, .. } = props.clone();
    html! {
        <select
            ref={node} {id} {class} aria-label={label} aria-describedby={about} {title} {disabled}
            aria-invalid={wrong.then_some("true")} {onchange}
        >
            { props.children.clone() }
        </select>
    }
}

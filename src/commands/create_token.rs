use anyhow::{Context as _, Result};
use serde_json::json;

use crate::answer::Answer;
use crate::context::Context;
use crate::interrupt;
use crate::minting;
use crate::model::Scheme;
use crate::output::local;
use crate::refusal::Refusal;
use crate::token::Ttl;

const EXAMPLES: &str = "\
Examples:
  TOKEN=$(authctl create-token meg)
  authctl create-token meg --rotate
  authctl create-token ci-bot --scheme knox --expires-in 30d

What Django notices: requests with the new token are accepted from the next one on; with --rotate, those with the old \
key are refused. Django's sessions stay, and no signal runs.";

/// Make a token for a user, without the password
///
/// With drf a user has one key: it is printed if it is there, made if not, and replaced with --rotate. With knox every
/// call makes a new token.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The login name, exact
    user: String,

    /// Replace the drf key by a fresh one
    #[arg(long)]
    rotate: bool,

    /// When a knox token expires: a duration such as 10h or 30d, or never [else `[tokens] ttl`, 10h]
    #[arg(long, value_name = "DURATION")]
    expires_in: Option<Ttl>,

    /// The token's scheme, where the database has both
    #[arg(long)]
    scheme: Option<Scheme>,
}

pub fn run(args: &Args, context: &Context) -> Result<()> {
    interrupt::watch()?;
    let store = context.store()?;
    let scheme = minting::needed_scheme(context, store, args.scheme)?;
    if args.rotate && scheme == Scheme::Knox {
        return Err(Refusal::usage(
            "--rotate: with knox every call makes a new token; revoke-token removes old ones.",
        )
        .into());
    }
    let user = store.user(&args.user)?;
    if !user.is_active {
        return Err(Refusal::InactiveUser(user.username).into());
    }
    let fresh = minting::mint(context, store, scheme, args.expires_in)?;
    let (token, created) = minting::hand_out(store, &user, &fresh, args.rotate, |_| Ok(()))?;
    context.output.status(match (created, fresh.expiry) {
        (true, Some(expiry)) => {
            format!("Made a {scheme} token for {}, good until {}.", user.username, local(expiry))
        }
        (true, None) => format!("Made a {scheme} token for {}.", user.username),
        (false, _) => format!("{} has a {scheme} token already; --rotate would replace it.", user.username),
    });
    let profiles = store.profiles_of(&user.id)?;
    let mut answer = Answer::new(&user, &profiles);
    answer.token = Some(token.expose());
    answer.scheme = Some(scheme);
    answer.expiry = fresh.expiry;
    let mut object = serde_json::to_value(&answer)?;
    object["created"] = json!(created);
    let shown = context.output.answer(Some(token.expose()), &object);
    shown.context("the token is stored, but could not be shown")
}

//! Columns of types and with constraints that only PostgreSQL has: their values come back as they were given, and a
//! refusal names the column.

use crate::postgres::Cluster;
use crate::site::Site;

const COLUMNS: &str = "\
CREATE TYPE mood AS ENUM ('happy', 'sad');
CREATE DOMAIN plate AS text CHECK (VALUE ~ '^[A-Z]{2}-[0-9]+$');
CREATE DOMAIN grade AS integer CHECK (VALUE BETWEEN 1 AND 10);
ALTER TABLE auth_user ADD COLUMN mood mood DEFAULT 'happy', ADD COLUMN plate plate, ADD COLUMN grade grade,
  ADD COLUMN nick citext UNIQUE, ADD COLUMN ip inet, ADD COLUMN span int4range, ADD COLUMN extra hstore,
  ADD COLUMN tags varchar(5)[], ADD COLUMN code varchar(6) CONSTRAINT code_form CHECK (code ~ '^[a-z]+$'),
  ADD COLUMN shout text GENERATED ALWAYS AS (upper(username)) STORED,
  ADD COLUMN seq integer GENERATED ALWAYS AS IDENTITY,
  ADD COLUMN badge integer, ADD COLUMN slot integer, ADD COLUMN room int4range, ADD COLUMN low integer,
  ADD COLUMN high integer, ADD COLUMN ints integer[], ADD COLUMN spot point, ADD COLUMN \"Odd \"\"name\"\"\" plate,
  ADD CONSTRAINT slot_once UNIQUE (slot) DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT room_once EXCLUDE USING gist (room WITH &&), ADD CONSTRAINT low_high CHECK (low < high);
CREATE UNIQUE INDEX lower_email ON auth_user (lower(email)) WHERE email <> '';
CREATE UNIQUE INDEX active_badge ON auth_user (badge) WHERE is_active;
ALTER TABLE levelupapi_gamer ADD COLUMN level mood, ADD COLUMN handle citext UNIQUE,
  ADD COLUMN rank integer NOT NULL DEFAULT 1 CHECK (rank > 0), ADD COLUMN pins integer[];";

/// A user with a value in each of these columns.
const ANN: [&str; 15] = [
    "mood=sad",
    "plate=AB-12",
    "grade=3",
    "nick=Annie",
    "ip=2001:db8::1",
    "span=[1,5)",
    "extra=\"a\"=>\"b, c\"",
    "tags={a,\"b,c\"}",
    "code=abc",
    "badge=1",
    "slot=1",
    "room=[1,4)",
    "level=happy",
    "handle=Hand",
    "pins={1,2}",
];

const SHOWN: &str = "SELECT mood, plate, grade, nick, ip, span, extra, tags, code, shout, badge, slot, room, level, \
                     handle, rank, pins FROM auth_user u JOIN levelupapi_gamer g ON g.user_id = u.id ORDER BY username";

fn site() -> Site {
    let site = Site::new();
    let cluster = Cluster::shared();
    let extensions = "CREATE EXTENSION citext; CREATE EXTENSION hstore; CREATE EXTENSION btree_gist";
    cluster.psql_as(&cluster.server.admin, &site.database.name, extensions);
    site.psql(COLUMNS);
    site
}

fn register(site: &Site, name: &str, values: &[&str]) -> crate::env::Run {
    let mut arguments = vec!["register", name, "--no-password"];
    arguments.extend(values.iter().flat_map(|value| ["--set", value]));
    site.run(arguments)
}

#[test]
fn values_come_back_as_they_were_given() {
    let site = site();
    register(&site, "ann", &ANN).succeeds();
    let ann = "sad|AB-12|3|Annie|2001:db8::1|[1,5)|\"a\"=>\"b, c\"|{a,\"b,c\"}|abc|ANN|1|1|[1,4)|happy|Hand|1|{1,2}";
    assert_eq!(site.psql(SHOWN), [ann]);
    let shown = site.run(["show-user", "ann", "--format", "json"]).succeeds().json();
    for (field, expected) in
        [("span", "[1,5)"), ("tags", "{a,\"b,c\"}"), ("mood", "sad"), ("ip", "2001:db8::1")]
    {
        assert_eq!(shown["columns"][field], expected);
    }
    site.run(["edit-user", "ann", "--set", "nick=ANNIE", "--set", "span=[2,7)", "--set", "level=sad"])
        .succeeds();
    site.run(["edit-user", "ann", "--set", "extra=a=>NULL", "--set", "tags={}", "--set", "spot=(3,4)"])
        .succeeds();
    let ann = "sad|AB-12|3|ANNIE|2001:db8::1|[2,7)|\"a\"=>NULL|{}|abc|ANN|1|1|[1,4)|sad|Hand|1|{1,2}";
    assert_eq!(site.psql(SHOWN), [ann]);
    // Everything that is exported can be imported, many at a time too.
    register(&site, "bob", &["tags={\"\\\"\",NULL}", "extra=x=>\"{,\\\\\""]).succeeds();
    let before = site.psql(SHOWN);
    for file in ["users.csv", "users.json"] {
        site.run(["export", file]).succeeds();
        site.psql("TRUNCATE auth_user CASCADE");
        site.run(["import", file]).succeeds();
        assert_eq!(site.psql(SHOWN), before, "{file}");
    }
}

#[test]
fn a_refusal_names_the_column() {
    let site = site();
    register(&site, "ann", &[&ANN[..], &["low=1", "high=2"]].concat()).succeeds();
    let refused = |values: &[&str], code, expected: &str| {
        let run = register(&site, "bob", values).ends_with(code);
        assert!(run.stderr.contains(expected), "{values:?}: {}", run.stderr);
        assert!(!run.stderr.contains("Failing row"), "{}", run.stderr);
    };
    let value = |name: &str, value: &str| {
        let expected = format!("The database refused the value of {name}: ");
        refused(&[&format!("{name}={value}")], 6, &expected);
    };
    value("mood", "angry");
    value("span", "[5,1)");
    value("span", "wide");
    value("extra", "wrong");
    value("tags", "wrong");
    value("ints", "{a}");
    value("level", "angry");
    value("pins", "{a}");
    value("spot", "here");
    refused(&["ints={99999999999}"], 6, "ints is out of the range of its column.");
    refused(&["plate=bad"], 6, "plate does not meet the CHECK constraint plate_check of the database.");
    refused(&["grade=11"], 6, "grade does not meet the CHECK constraint grade_check of the database.");
    refused(&["code=ABC"], 6, "code does not meet the CHECK constraint code_form of the database.");
    refused(
        &["rank=0"],
        6,
        "rank does not meet the CHECK constraint levelupapi_gamer_rank_check of the database.",
    );
    refused(&["low=2", "high=1"], 6, "A CHECK constraint of the database failed: low_high.");
    refused(&["Odd \"name\"=bad"], 6, "CHECK constraint");
    refused(&["shout=X"], 6, "shout is assigned by the database and cannot be set.");
    refused(&["seq=1"], 6, "seq is assigned by the database and cannot be set.");
    refused(&["nick=ANNIE"], 5, "the same auth_user.nick already exists.");
    refused(&["badge=1"], 5, "the same auth_user.badge already exists.");
    refused(&["slot=1"], 5, "the same auth_user.slot already exists.");
    refused(&["room=[3,9)"], 5, "the same auth_user.room already exists.");
    refused(&["handle=HAND"], 5, "the same levelupapi_gamer.handle already exists.");
    site.run(["edit-user", "ann", "--email", "Ann@x.example"]).succeeds();
    let run = site.run(["register", "bob", "--no-password", "--email", "aNN@x.example"]).ends_with(5);
    assert!(run.stderr.contains("An account with that email address already exists."), "{}", run.stderr);
    let run = site.run(["edit-user", "ann", "--set", "mood=angry"]).ends_with(6);
    assert!(run.stderr.contains("The database refused the value of mood: "), "{}", run.stderr);
    let run = site.run(["edit-user", "ann", "--set", "plate=bad"]).ends_with(6);
    assert!(run.stderr.contains("plate does not meet the CHECK constraint"), "{}", run.stderr);
    assert_eq!(site.value("SELECT count(*) FROM auth_user"), "1");
}

#[test]
fn an_import_names_the_lines_and_columns_of_all_refused_values() {
    let site = site();
    let file = "username,mood,plate,extra,level,badge\na,sad,AA-1,k=>v,sad,\nb,angry,AA-1,,sad,\n\
                c,sad,bad,,sad,\nd,sad,AA-1,wrong,sad,\ne,sad,AA-1,,angry,\nf,sad,,,,7\ng,sad,,,,7\n";
    site.write("new.csv", file);
    let run = site.run(["import", "new.csv", "--keep-going"]).ends_with(6);
    for expected in [
        "new.csv, line 3: The database refused the value of mood: ",
        "new.csv, line 4: plate does not meet the CHECK constraint plate_check",
        "new.csv, line 5: The database refused the value of extra: ",
        "new.csv, line 6: The database refused the value of level: ",
        "new.csv, line 8: ",
    ] {
        assert!(run.stderr.contains(expected), "{expected}: {}", run.stderr);
    }
    assert_eq!(site.psql("SELECT username FROM auth_user ORDER BY username"), ["a", "f"]);
    // A small import does not use up many keys.
    let next: u32 = site.value("SELECT nextval('auth_user_id_seq')").parse().unwrap();
    assert!(next < 100, "{next}");
}

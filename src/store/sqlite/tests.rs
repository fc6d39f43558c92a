//! What older versions of the service stored.

use super::*;

/// A database of the time when a submission had one copy is brought to this version with its copies and deliveries.
#[tokio::test]
async fn copies_and_deliveries_of_older_databases_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bansao.sqlite");
    let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true).foreign_keys(true);
    let old = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    let mut migrations = sqlx::migrate!("./migrations");
    migrations.migrations = migrations.migrations.iter().filter(|one| one.version < 11).cloned().collect::<Vec<_>>().into();
    migrations.run(&old).await.unwrap();
    for row in [
        "INSERT INTO submissions (id, kiosk, request_id, agency, state, requester_sealed, files, copy, due_ms, created_ms, updated_ms) \
         VALUES ('s', 'k', 'r', 'a', 'issued', x'', '[]', 'c', 0, 0, 0)",
        "INSERT INTO copies VALUES ('c', 's', 'birth_certificate', '{}', 'an', 'digest', 7, x'', x'', x'', 5)",
        "INSERT INTO deliveries (id, copy, wallet, receipt, due_ms, created_ms) VALUES ('d', 'c', 'w', 'signed', 0, 3)",
    ] {
        sqlx::query(row).execute(&old).await.unwrap();
    }
    old.close().await;

    let store = SqliteStore::open(&path, Arc::new(Cipher::new(&[7; 32]).unwrap())).await.unwrap();
    let copy: (String, i64, i64) =
        sqlx::query_as("SELECT submission, place, size_bytes FROM copies WHERE id = 'c'").fetch_one(&store.reader).await.unwrap();
    assert_eq!(copy, ("s".to_owned(), 1, 7));
    let delivery: (String, String) =
        sqlx::query_as("SELECT copy, receipt FROM deliveries WHERE id = 'd'").fetch_one(&store.reader).await.unwrap();
    assert_eq!(delivery, ("c".to_owned(), "signed".to_owned()));
    let broken: Vec<(String, i64, String, i64)> = sqlx::query_as("PRAGMA foreign_key_check").fetch_all(&store.reader).await.unwrap();
    assert!(broken.is_empty(), "{broken:?}");
}

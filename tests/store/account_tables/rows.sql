INSERT INTO auth_user (password, is_superuser, username, last_name, email, is_staff, is_active, date_joined, first_name)
  VALUES ('!meg', false, 'meg', '', 'meg@example.com', false, true, 'EARLIER', ''),
         ('!joe', false, 'joe', '', 'joe@example.com', false, true, 'EARLIER', '');
INSERT INTO authtoken_token (key, created, user_id) VALUES ('0123456789abcdef0123456789abcdef01234567', 'EARLIER', 1),
  ('1123456789abcdef0123456789abcdef01234567', 'EARLIER', 2);
INSERT INTO knox_authtoken (digest, created, user_id, expiry, token_key) VALUES ('d1', 'EARLIER', 1, 'LATER', 'k1'),
  ('d2', 'EARLIER', 1, 'EARLIER', 'k2'), ('d3', 'EARLIER', 2, NULL, 'k3');
INSERT INTO oauth2_provider_application (redirect_uris, client_type, authorization_grant_type, client_secret, name, user_id,
  skip_authorization, created, updated, algorithm, post_logout_redirect_uris, hash_client_secret, allowed_origins,
  registration_source, client_id)
  VALUES ('', 'confidential', 'authorization-code', 's', 'shop', NULL, false, 'EARLIER', 'EARLIER', '', '', true, '', '', 'c1');
INSERT INTO oauth2_provider_accesstoken (token, expires, scope, application_id, user_id, created, updated, token_checksum,
  resource) VALUES ('a1', 'LATER', 'read', 1, 1, 'EARLIER', 'EARLIER', 'a1', '[]'),
  ('a2', 'EARLIER', 'read', 1, 1, 'EARLIER', 'EARLIER', 'a2', '[]'), ('a3', 'LATER', 'read', 1, 2, 'EARLIER', 'EARLIER', 'a3', '[]');
INSERT INTO oauth2_provider_refreshtoken (token, access_token_id, application_id, user_id, created, updated, token_checksum,
  resource) VALUES ('r1', 1, 1, 1, 'EARLIER', 'EARLIER', 'r1', '[]'), ('r3', 3, 1, 2, 'EARLIER', 'EARLIER', 'r3', '[]');
UPDATE oauth2_provider_accesstoken SET source_refresh_token_id = 1 WHERE id = 2;
INSERT INTO oauth2_provider_grant (code, expires, redirect_uri, scope, application_id, user_id, created, updated,
  code_challenge, code_challenge_method, nonce, claims, resource)
  VALUES ('g1', 'LATER', '', '', 1, 1, 'EARLIER', 'EARLIER', '', '', '', '', '[]');
INSERT INTO oauth2_provider_devicegrant (device_code, user_code, interval, expires, status, client_id, last_checked, user_id,
  scope) VALUES ('dc1', 'uc1', 5, 'LATER', 'authorized', 'c1', 'EARLIER', 1, '');
INSERT INTO token_blacklist_outstandingtoken (token, created_at, expires_at, user_id, jti)
  VALUES ('', 'EARLIER', 'LATER', 1, 'j1'), ('', 'EARLIER', 'EARLIER', 1, 'j2'), ('', 'EARLIER', 'LATER', 1, 'j3'),
  ('', 'EARLIER', 'LATER', 2, 'j4');
INSERT INTO token_blacklist_blacklistedtoken (blacklisted_at, token_id) VALUES ('EARLIER', 3);
INSERT INTO rest_framework_api_key_apikey (created, name, revoked, expiry_date, hashed_key, prefix, id)
  VALUES ('EARLIER', 'ci', false, NULL, 'h', 'p1', 'p1.h'), ('EARLIER', 'old', true, NULL, 'h', 'p2', 'p2.h');
INSERT INTO allauth_idp_oidc_token (type, hash, created_at, scopes, user_id) VALUES ('at', 'h1', 'EARLIER', 'openid', 1);

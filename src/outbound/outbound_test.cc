#include "outbound/files.h"
#include "outbound/fs_blob_store.h"
#include "outbound/openssl_crypto.h"
#include "outbound/package_files.h"
#include "outbound/system_clock.h"
#include "vocab/reasons.h"

#include <gtest/gtest.h>
#include <zip.h>

#include <fstream>

namespace cinnabar::outbound {
namespace {

namespace fs = std::filesystem;

class TempFolder {
 public:
  TempFolder() : path_(fs::temp_directory_path() / ("cinnabar-outbound-" + unique_suffix())) {
    fs::create_directories(path_);
  }
  ~TempFolder() { fs::remove_all(path_); }
  [[nodiscard]] fs::path operator/(const char* name) const { return path_ / name; }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

TEST(SystemClock, does_not_run_backwards) {
  SystemClock clock;
  Instant before = clock.now();
  for (int i = 0; i < 1000; ++i) {
    const Instant now = clock.now();
    ASSERT_GE(now, before);
    before = now;
  }
}

TEST(OpensslCrypto, passwords_verify_and_nothing_else_does) {
  OpensslCrypto crypto;
  const auto hash = crypto.hash_password(Secret("pä:ss"));
  ASSERT_TRUE(hash);
  EXPECT_TRUE(hash->starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_TRUE(crypto.verify_password(Secret("pä:ss"), *hash));
  EXPECT_FALSE(crypto.verify_password(Secret("pass"), *hash));
  EXPECT_FALSE(crypto.verify_password(Secret(""), ""));
  EXPECT_FALSE(crypto.verify_password(Secret(""), "$argon2id$rubbish"));
  EXPECT_NE(*hash, *crypto.hash_password(Secret("pä:ss"))) << "each hash has its own salt";
  EXPECT_FALSE(crypto.hash_password(Secret(std::string(5000, 'x'))));
}

TEST(OpensslCrypto, digests_match_known_values) {
  OpensslCrypto crypto;
  EXPECT_EQ(crypto.sha256_hex("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(crypto.sha1_hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(crypto.hmac_sha256_hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_NE(crypto.random_bytes(16), crypto.random_bytes(16));
  EXPECT_TRUE(crypto.equal_constant_time("ab", "ab"));
  EXPECT_FALSE(crypto.equal_constant_time("ab", "abc"));
}

TEST(FsBlobStore, equal_content_is_kept_once) {
  const TempFolder folder;
  auto store = FsBlobStore::open(folder / "blobs");
  ASSERT_TRUE(store);
  const auto first = (*store)->put("hello");
  ASSERT_TRUE(first) << to_string(first.error());
  EXPECT_EQ(first->size, 5);
  EXPECT_EQ((*store)->put("hello")->sha256, first->sha256);
  EXPECT_EQ(*read_file(*(*store)->locate(first->sha256), 100), "hello");
  EXPECT_EQ((*store)->locate(std::string(64, '0')).error().code, Code::not_found);
  EXPECT_FALSE((*store)->locate("../../etc/passwd"));
  ASSERT_TRUE(write_file(folder / "upload", "hello"));
  ASSERT_TRUE((*store)->adopt(folder / "upload", first->sha256));
  EXPECT_FALSE(fs::exists(folder / "upload"));
}

TEST(FsBlobStore, sweeping_spares_the_young_and_the_referenced) {
  const TempFolder folder;
  auto store = FsBlobStore::open(folder / "blobs");
  const auto kept = (*store)->put("kept");
  const auto old = (*store)->put("old");
  const auto young = (*store)->put("young");
  for (const auto& sha256 : {kept->sha256, old->sha256}) {
    fs::last_write_time(*(*store)->locate(sha256),
                        fs::file_time_type::clock::now() - std::chrono::hours(2));
  }
  EXPECT_EQ(*(*store)->sweep([&](std::string_view sha256) { return sha256 == kept->sha256; }), 1);
  EXPECT_TRUE((*store)->locate(kept->sha256));
  EXPECT_TRUE((*store)->locate(young->sha256));
  EXPECT_FALSE((*store)->locate(old->sha256));
}

TEST(PackageFiles, a_folder_gives_its_files_and_no_links) {
  const TempFolder folder;
  fs::create_directories(folder / "p/forms");
  ASSERT_TRUE(write_file(folder / "p/app.json", "{}"));
  ASSERT_TRUE(write_file(folder / "p/forms/a.json", "[]"));
  const auto files = read_package_files(folder / "p");
  ASSERT_TRUE(files) << to_string(files.error());
  EXPECT_EQ(*files,
            (std::map<std::string, std::string>{{"app.json", "{}"}, {"forms/a.json", "[]"}}));
  fs::create_symlink("/etc/passwd", folder / "p/link");
  EXPECT_EQ(read_package_files(folder / "p").error().reason, reasons::kPackageInvalid);
  EXPECT_EQ(read_package_files(folder / "nothing").error().code, Code::not_found);
}

void write_zip(const fs::path& path, const std::map<std::string, std::string>& files) {
  int code = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE, &code);
  ASSERT_NE(archive, nullptr);
  for (const auto& [name, bytes] : files) {
    zip_source_t* source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
    ASSERT_GE(zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8), 0);
  }
  ASSERT_EQ(zip_close(archive), 0);
}

TEST(PackageFiles, an_archive_is_read_and_cannot_escape) {
  const TempFolder folder;
  const std::map<std::string, std::string> good{{"app.json", "{}"},
                                                {"processes/流程.bpmn", "<x/>"}};
  write_zip(folder / "good.zip", good);
  const auto files = read_package_files(folder / "good.zip");
  ASSERT_TRUE(files) << to_string(files.error());
  EXPECT_EQ(*files, good);
  write_zip(folder / "evil.zip", {{"../evil", "x"}});
  EXPECT_EQ(read_package_files(folder / "evil.zip").error().reason, reasons::kPackageInvalid);
  ASSERT_TRUE(write_file(folder / "broken.zip", "PK not really"));
  EXPECT_EQ(read_package_files(folder / "broken.zip").error().reason, reasons::kPackageInvalid);
}

TEST(OpensslCrypto, a_sealed_secret_opens_with_its_key_alone_and_undamaged) {
  OpensslCrypto crypto;
  const Secret key(std::string(32, 'k'));
  const std::string sealed = crypto.seal(key, Secret("hidden"));
  EXPECT_EQ(sealed.find("hidden"), std::string::npos);
  EXPECT_NE(sealed, crypto.seal(key, Secret("hidden")));
  ASSERT_TRUE(crypto.unseal(key, sealed).has_value());
  EXPECT_EQ(crypto.unseal(key, sealed)->reveal(), "hidden");
  EXPECT_FALSE(crypto.unseal(Secret(std::string(32, 'x')), sealed).has_value());
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string damaged = sealed;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_FALSE(crypto.unseal(key, damaged).has_value()) << i;
  }
  EXPECT_FALSE(crypto.unseal(key, sealed.substr(0, 20)).has_value());
}

}  // namespace
}  // namespace cinnabar::outbound

#include <cstring>
#include <string>
#include <vector>

#include "temporary_directory.h"
#include <doctest/doctest.h>

#include <heed/graph/error.h>
#include <heed/models/text/files.h>
#include <heed/models/training/safetensors.h>

using namespace heed;

namespace {

TensorFile sample() {
  TensorFile file;
  file.tensors["weight"] = Array(Shape{2, 3}, std::vector<float>{1, -2, 3.5f, 0, -0.0f, 1e30f});
  file.tensors["ids"] = Array(Shape{2}, std::vector<std::int64_t>{-5, 1LL << 40});
  file.tensors["mask"] = Array(DType::boolean, {3});
  file.tensors["mask"].set_number(1, 1);
  file.tensors["empty"] = Array(DType::f16, {0, 4});
  file.tensors["step"] = Array::scalar<std::int32_t>(7);
  file.metadata["heed"] = "größer";
  return file;
}

// A file with this header, its length in front and `data_bytes` zeros behind.
std::string with_header(const std::string& header, std::size_t data_bytes = 0) {
  const std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + std::string(data_bytes, '\0');
}

class Files {
 public:
  std::string bytes_of(const TensorFile& file) const {
    write_safetensors(path_, file);
    return read_file(path_);
  }

  // What read_safetensors says about a file of these bytes, from the colon on.
  std::string complaint(std::string_view bytes) const {
    directory_.file("file", bytes);
    try {
      read_safetensors(path_);
    } catch (const Error& error) {
      const std::string prefix = path_ + " cannot be read as safetensors: ";
      CHECK(std::string(error.what()).starts_with(prefix));
      return std::string(error.what()).substr(prefix.size());
    }
    return "none";
  }

 private:
  TemporaryDirectory directory_;
  std::string path_ = directory_.file("file");
};

bool says(std::string_view message, std::string_view part) {
  return message.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE("tensors of every type survive their file") {
  const TemporaryDirectory directory;
  const std::string path = directory.file("file");
  TensorFile file = sample();
  for (const DType dtype : {DType::f64, DType::f32, DType::bf16, DType::f16, DType::i64, DType::i32,
                            DType::u32, DType::boolean}) {
    Array array(dtype, {5});
    for (int i = 0; i < 5; ++i) array.set_number(i, i);
    file.tensors[std::string("all.") + std::string(name_of(dtype))] = array;
    file.tensors[std::string("scalar.") + std::string(name_of(dtype))] = Array(dtype, {});
  }
  write_safetensors(path, file);
  const TensorFile loaded = read_safetensors(path);
  CHECK(loaded.tensors == file.tensors);
  CHECK(loaded.metadata == file.metadata);
}

TEST_CASE("a safetensors file has the bytes that the format asks for") {
  TensorFile file;
  file.tensors["b"] = Array(Shape{2}, std::vector<float>{1, 2});
  file.tensors["a"] = Array(Shape{1, 1}, std::vector<std::int32_t>{3});
  std::string header =
      R"({"a":{"data_offsets":[0,4],"dtype":"I32","shape":[1,1]},"b":{"data_offsets":[4,12],"dtype":"F32","shape":[2]}})";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  const std::string data("\x03\0\0\0\0\0\x80\x3f\0\0\0\x40", 12);
  CHECK(Files().bytes_of(file) == with_header(header) + data);
}

TEST_CASE("wide elements come first, so that all are aligned") {
  TensorFile file;
  file.tensors["a"] = Array(DType::boolean, {3});
  file.tensors["b"] = Array(DType::f64, {1});
  CHECK(says(Files().bytes_of(file), R"("a":{"data_offsets":[8,11])"));
}

TEST_CASE("a file without tensors is a file") {
  CHECK(Files().complaint(Files().bytes_of({})) == "none");
  CHECK(Files().complaint(with_header("{}")) == "none");
}

TEST_CASE("a safetensors file that was cut short anywhere is refused") {
  const Files files;
  const std::string bytes = files.bytes_of(sample());
  CHECK(files.complaint(bytes) == "none");
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CHECK(files.complaint(std::string_view(bytes).substr(0, length)) != "none");
  }
  CHECK(says(files.complaint(bytes + "x"), "bytes follow the header"));
}

TEST_CASE("a flipped bit in the header gives an Error or another file, never a crash") {
  const Files files;
  const std::string bytes = files.bytes_of(sample());
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < 8 * (8 + length); ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    if (files.complaint(flipped) != "none") ++refused;
  }
  CHECK(refused > 4 * length);
}

TEST_CASE("what is wrong with a safetensors file is said") {
  struct Row {
    std::string bytes, message;
  };
  const std::vector<Row> rows{
      {"", "0 bytes are too few"},
      {"not a safetensors file", "no sensible header length"},
      {with_header("[1]"), "does not start with '{'"},
      {with_header("{\"a\":"), "not JSON"},
      {with_header(R"({"a":3})"), "\"a\" has no description"},
      {with_header(R"({"a":{"shape":[1],"data_offsets":[0,4]}})", 4), "\"a\" has no dtype"},
      {with_header(R"({"a":{"dtype":"F8","shape":[4],"data_offsets":[0,4]}})", 4), "unknown type F8"},
      {with_header(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4),
       "no shape of whole numbers"},
      {with_header(R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", 4),
       "no shape of whole numbers"},
      {with_header(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", 4), "no pair of data_offsets"},
      {with_header(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}})", 4), "bytes 0 to 8 of 4"},
      {with_header(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4), "bytes 4 to 0 of 4"},
      {with_header(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4),
       "needs 8 bytes, but has 4"},
      {with_header(R"({"a":{"dtype":"F32","shape":[9000000000,9000000000,9000000000],"data_offsets":[0,4]}})",
                   4),
       "9000000000"},
      {with_header(R"({"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}})", 4), "8"},
      {with_header(R"({"a":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}})") + "\x02", "neither 0 nor 1"},
      {with_header(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8), "starts at byte 4"},
      {with_header(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                   R"("b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
                   12),
       "\"b\" starts at byte 4 of the data, but the tensors before it end at 8"},
      {with_header(R"({"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},)"
                   R"("a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}})"),
       "names \"a\" twice"},
      {with_header(R"({"__metadata__":{"a":1}})"), "not an object of strings"},
  };
  const Files files;
  for (const Row& row : rows) {
    CAPTURE(row.message);
    const std::string complaint = files.complaint(row.bytes);
    CAPTURE(complaint);
    CHECK(says(complaint, row.message));
  }
}

TEST_CASE("a safetensors file that is not there is named") {
  CHECK_THROWS_WITH_AS(read_safetensors("/no/such/file"),
                       "/no/such/file cannot be read as safetensors: there is no such file", Error);
  CHECK_THROWS_AS(read_safetensors("/"), Error);
  CHECK_THROWS_AS(write_safetensors("/no/such/file", {}), Error);
}

TEST_CASE("a full disk leaves the earlier checkpoint readable") {
  if (!std::filesystem::exists("/dev/full")) return;
  const TemporaryDirectory directory;
  const std::string path = directory.file("file");
  write_safetensors(path, sample());
  std::filesystem::create_symlink("/dev/full", path + ".tmp");
  CHECK_THROWS_AS(write_safetensors(path, {}), Error);
  CHECK(read_safetensors(path).tensors == sample().tensors);
}

TEST_CASE("names that JSON cannot hold are refused") {
  const TemporaryDirectory directory;
  TensorFile file;
  file.tensors["\xFF"] = Array::scalar(1.0f);
  CHECK_THROWS_AS(write_safetensors(directory.file("file"), file), Error);
  TensorFile reserved;
  reserved.tensors["__metadata__"] = Array::scalar(1.0f);
  CHECK_THROWS_AS(write_safetensors(directory.file("file"), reserved), Error);
  CHECK_FALSE(std::filesystem::exists(directory.file("file")));
}

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <heed/graph/error.h>
#include <heed/models/text/files.h>
#include <heed/models/training/safetensors.h>

namespace heed {

namespace {

static_assert(std::endian::native == std::endian::little, "the elements are stored as they lie in memory");

using Json = nlohmann::json;

constexpr std::string_view metadata_key = "__metadata__";
constexpr std::uint64_t length_bytes = 8;
constexpr std::uint64_t largest_header = 100'000'000;  // as in the reference implementation

constexpr std::array<std::pair<DType, std::string_view>, 8> dtype_names{{{DType::f64, "F64"},
                                                                         {DType::f32, "F32"},
                                                                         {DType::bf16, "BF16"},
                                                                         {DType::f16, "F16"},
                                                                         {DType::i64, "I64"},
                                                                         {DType::i32, "I32"},
                                                                         {DType::u32, "U32"},
                                                                         {DType::boolean, "BOOL"}}};

std::string_view stored_name(DType dtype) {
  return std::find_if(dtype_names.begin(), dtype_names.end(),
                      [&](const auto& row) { return row.first == dtype; })
      ->second;
}

// A complaint about the file's content; the caller adds the path.
template <typename... Parts>
[[noreturn]] void fail(fmt::format_string<Parts...> text, Parts&&... parts) {
  throw Error(fmt::format(text, std::forward<Parts>(parts)...));
}

// ---- Writing ----

using Entry = std::pair<const std::string, Array>;

// Wide elements first, so that every tensor starts at a multiple of its element size.
std::vector<const Entry*> storage_order(const TensorFile& file) {
  std::vector<const Entry*> order;
  for (const Entry& entry : file.tensors) order.push_back(&entry);
  std::stable_sort(order.begin(), order.end(), [](const Entry* a, const Entry* b) {
    return size_of(a->second.dtype()) > size_of(b->second.dtype());
  });
  return order;
}

std::string header_of(const TensorFile& file, const std::vector<const Entry*>& order) {
  Json header = Json::object();
  if (!file.metadata.empty()) header[std::string(metadata_key)] = file.metadata;
  std::uint64_t offset = 0;
  for (const Entry* entry : order) {
    const auto& [name, array] = *entry;
    if (name == metadata_key) fail("no tensor may be called \"{}\"", metadata_key);
    const std::uint64_t end = offset + static_cast<std::uint64_t>(array.type().bytes());
    const auto sizes = array.shape().sizes();
    header[name] = {{"dtype", stored_name(array.dtype())},
                    {"shape", std::vector<std::int64_t>(sizes.begin(), sizes.end())},
                    {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();  // names in order, so the same every time
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

// A scalar has four bytes in memory even when its type needs fewer: only the elements count.
std::span<const std::byte> element_bytes(const Array& array) {
  return array.bytes().first(static_cast<std::size_t>(array.type().bytes()));
}

// ---- Reading ----

// nlohmann::json keeps the last of several equal keys; a file that has them is wrong.
class DuplicateCheck {
 public:
  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) keys_[depth + 1].clear();
    if (event != Json::parse_event_t::key) return true;
    const auto& key = parsed.get_ref<const std::string&>();
    if (!keys_[depth].insert(key).second) fail("its header names \"{}\" twice", key);
    return true;
  }

 private:
  std::map<int, std::set<std::string>> keys_;
};

Json parse_header(const std::string& text) {
  Json header;
  try {
    header = Json::parse(text, DuplicateCheck());
  } catch (const Json::exception& error) {
    fail("its header is not JSON ({})", error.what());
  }
  if (!header.is_object()) fail("its header is not a JSON object");
  return header;
}

struct Place {
  std::string name;
  TensorType type;
  std::uint64_t begin = 0, end = 0;
};

DType parse_dtype(const std::string& name, const Json& entry) {
  const Json dtype = entry.value("dtype", Json());
  if (!dtype.is_string()) fail("tensor \"{}\" has no dtype", name);
  for (const auto& [known, text] : dtype_names) {
    if (dtype.get_ref<const std::string&>() == text) return known;
  }
  fail("tensor \"{}\" has elements of the unknown type {}", name, dtype.get_ref<const std::string&>());
}

Shape parse_shape(const std::string& name, const Json& entry) {
  const Json sizes = entry.value("shape", Json());
  const auto is_size = [](const Json& size) {
    return size.is_number_unsigned() && size.get<std::uint64_t>() <= std::uint64_t{INT64_MAX};
  };
  if (!sizes.is_array() || !std::all_of(sizes.begin(), sizes.end(), is_size)) {
    fail("tensor \"{}\" has no shape of whole numbers", name);
  }
  const auto values = sizes.get<std::vector<std::int64_t>>();
  return Shape(std::span<const std::int64_t>(values));
}

// The elements of `shape`, or ShapeError; bounded so that multiplying by an element's size cannot overflow.
std::uint64_t bytes_of(const Place& place) {
  const auto elements = static_cast<std::uint64_t>(place.type.shape.elements());
  if (elements > (std::uint64_t{1} << 58)) fail("tensor \"{}\" is too large for any file", place.name);
  return elements * size_of(place.type.dtype);
}

Place parse_place(const std::string& name, const Json& entry, std::uint64_t data_bytes) {
  if (!entry.is_object()) fail("tensor \"{}\" has no description", name);
  Place place{name, {parse_dtype(name, entry), parse_shape(name, entry)}};
  const Json offsets = entry.value("data_offsets", Json());
  const bool is_pair = offsets.is_array() && offsets.size() == 2 && offsets[0].is_number_unsigned() &&
                       offsets[1].is_number_unsigned();
  if (!is_pair) fail("tensor \"{}\" has no pair of data_offsets", name);
  place.begin = offsets[0].get<std::uint64_t>();
  place.end = offsets[1].get<std::uint64_t>();
  if (place.begin > place.end || place.end > data_bytes) {
    fail("tensor \"{}\" lies at bytes {} to {} of {}: the file is cut short or its header is wrong", name,
         place.begin, place.end, data_bytes);
  }
  if (place.end - place.begin != bytes_of(place)) {
    fail("tensor \"{}\" is {} and needs {} bytes, but has {}", name, to_string(place.type), bytes_of(place),
         place.end - place.begin);
  }
  return place;
}

// The tensors must follow one another without gaps, overlaps, or bytes that belong to none.
void require_contiguous(std::vector<Place>& places, std::uint64_t data_bytes) {
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t end = 0;
  for (const Place& place : places) {
    if (place.begin != end) {
      fail("tensor \"{}\" starts at byte {} of the data, but the tensors before it end at {}", place.name,
           place.begin, end);
    }
    end = place.end;
  }
  if (end != data_bytes)
    fail("its tensors end at byte {} of the data, but {} bytes follow the header", end, data_bytes);
}

std::map<std::string, std::string> parse_metadata(const Json& entry) {
  const bool is_strings = entry.is_object() && std::all_of(entry.begin(), entry.end(), [](const Json& value) {
                            return value.is_string();
                          });
  if (!is_strings) fail("its {} is not an object of strings", metadata_key);
  return entry.get<std::map<std::string, std::string>>();
}

class Reader {
 public:
  explicit Reader(const std::string& path) : stream_(path, std::ios::binary) {
    if (!std::filesystem::exists(path)) fail("there is no such file");
    if (!std::filesystem::is_regular_file(path)) fail("this is not a regular file");
    if (!stream_) fail("the file cannot be opened");
    bytes_ = std::filesystem::file_size(path);
  }

  TensorFile read() {
    const Json header = parse_header(read_header());
    TensorFile file;
    std::vector<Place> places;
    for (const auto& [name, entry] : header.items()) {
      if (name == metadata_key) {
        file.metadata = parse_metadata(entry);
      } else {
        places.push_back(parse_place(name, entry, bytes_ - data_));
      }
    }
    require_contiguous(places, bytes_ - data_);
    for (const Place& place : places) file.tensors.emplace(place.name, read_tensor(place));
    return file;
  }

 private:
  std::string read_header() {
    if (bytes_ < length_bytes) fail("{} bytes are too few for a safetensors file", bytes_);
    std::uint64_t length = 0;
    read_bytes(std::as_writable_bytes(std::span(&length, 1)));
    if (length > largest_header)
      fail("its first 8 bytes give no sensible header length: this is no safetensors file");
    if (length > bytes_ - length_bytes) {
      fail("its header has {} bytes, but only {} follow: the file is cut short", length,
           bytes_ - length_bytes);
    }
    std::string text(length, '\0');
    read_bytes(std::as_writable_bytes(std::span(text)));
    if (!text.starts_with('{')) fail("its header does not start with '{{': this is no safetensors file");
    data_ = length_bytes + length;
    return text;
  }

  Array read_tensor(const Place& place) {
    Array array(place.type.dtype, place.type.shape);
    read_bytes(array.bytes().first(static_cast<std::size_t>(place.end - place.begin)));
    const bool has_strange_booleans =
        place.type.dtype == DType::boolean && std::any_of(array.bytes().begin(), array.bytes().end(),
                                                          [](std::byte byte) { return byte > std::byte{1}; });
    if (has_strange_booleans) fail("tensor \"{}\" has booleans that are neither 0 nor 1", place.name);
    return array;
  }

  void read_bytes(std::span<std::byte> bytes) {
    stream_.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!stream_) fail("the file cannot be read to its end");
  }

  std::ifstream stream_;
  std::uint64_t bytes_ = 0;
  std::uint64_t data_ = 0;  // where the elements begin
};

}  // namespace

void write_safetensors(const std::string& path, const TensorFile& file) {
  const std::vector<const Entry*> order = storage_order(file);
  std::string header;
  try {
    header = header_of(file, order);
  } catch (const Json::exception&) {
    throw Error(fmt::format("{} cannot be written: names and metadata must be valid UTF-8", path));
  } catch (const Error& error) {
    throw Error(fmt::format("{} cannot be written: {}", path, error.what()));
  }
  const std::uint64_t length = header.size();
  FileWriter writer(path);
  writer.write(std::as_bytes(std::span(&length, 1)));
  writer.write(header);
  for (const Entry* entry : order) writer.write(element_bytes(entry->second));
  writer.commit();
}

TensorFile read_safetensors(const std::string& path) {
  try {
    return Reader(path).read();
  } catch (const Error& error) {
    throw Error(fmt::format("{} cannot be read as safetensors: {}", path, error.what()));
  } catch (const std::filesystem::filesystem_error& error) {
    throw Error(fmt::format("{} cannot be read: {}", path, error.code().message()));
  }
}

}  // namespace heed

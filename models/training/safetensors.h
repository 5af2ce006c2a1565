// Tensors in files, in the safetensors format. Knows nothing of parameters, optimisers or training.
//
// The format (https://github.com/huggingface/safetensors): the length of the header as 8 bytes,
// little-endian; a JSON header, name -> {dtype, shape, data_offsets}; the elements of all tensors.
#pragma once

#include <map>
#include <string>

#include <heed/graph/array.h>

namespace heed {

struct TensorFile {
  std::map<std::string, Array> tensors;
  std::map<std::string, std::string> metadata;  // "__metadata__" of the header
};

// The same tensors and metadata give the same bytes. Throws Error, naming the path, when the file cannot
// be written in full; a file that was there before then stays as it was.
void write_safetensors(const std::string& path, const TensorFile& file);

// Throws Error, naming the path and what is wrong, for every file that is not exactly right: missing,
// foreign, cut short, with tensors that overlap, leave gaps or do not fit their place.
TensorFile read_safetensors(const std::string& path);

}  // namespace heed

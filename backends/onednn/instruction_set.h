// Which vector instructions the kernels of this backend use.
#pragma once

#include <string>

namespace heed::onednn {

// The widest that the processor has, or less where the environment's HEED_MAX_ISA says so: "sse4", "avx2",
// "avx512" or "amx", by oneDNN's kernels and by heed's own alike. Read once, before the first kernel is made.
// Throws Error when HEED_MAX_ISA names none of them, or comes too late: after oneDNN was used in this
// process.
const std::string& instruction_set();

// Whether that is "amx": tile registers beside the vectors of AVX-512.
bool may_use_tiles();

}  // namespace heed::onednn

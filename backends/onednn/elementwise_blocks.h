// Runs an elementwise op on a stretch of its elements: what the elementwise kernel and fused reductions are
// made of.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <heed/backends/kernel_layout.h>
#include <heed/backends/onednn/axes.h>
#include <heed/backends/onednn/elementwise_program.h>

namespace heed::onednn {

// Elements are numbered in row-major order of the op's result. Inputs are read where they lie if they can be.
class ElementwiseBlocks {
 public:
  static constexpr std::int64_t most_elements = 1024;  // of one stretch

  // Where a value's lanes are, as the steps take it.
  struct Operand {
    std::byte* lanes;
    std::size_t advance;
  };

  // `source` is what `program` was compiled from; `shape` is that of the results.
  ElementwiseBlocks(ElementwiseProgram program, const ScalarProgram& source, const Shape& shape,
                    std::span<const TensorLayout> inputs);

  const ElementwiseProgram& program() const { return program_; }
  const Walk& walk() const { return walk_; }  // over the results, with the inputs' strides

  std::int64_t scratch_bytes() const;  // of one worker; aligned to 64 bytes
  // Fills a worker's table of places with what stays the same for all stretches.
  Operand* lay_out(std::byte* scratch) const;
  // Brings elements [first, first + count) of the inputs into the table.
  void load(std::span<std::byte* const> inputs, std::int64_t first, std::int64_t count, std::byte* scratch,
            Operand* table) const;
  // Runs the instructions on what is in the table. Results lie where the table says.
  void execute(std::int64_t count, const Operand* table) const;

 private:
  std::size_t table_bytes() const;
  std::uint32_t* uniform_buffer(std::byte* scratch, std::size_t input) const;
  std::uint32_t* block_buffer(std::byte* scratch, std::size_t index) const;
  Operand load_input(const std::byte* from, std::size_t input, std::int64_t first, std::int64_t count,
                     std::byte* scratch) const;
  void gather_rows(const std::byte* from, std::size_t input, std::int64_t first, std::int64_t count,
                   std::uint32_t* to) const;

  ElementwiseProgram program_;
  std::vector<DType> types_;  // of the inputs
  Walk walk_;
};

// Whether the steps take values of this type as they lie in memory.
bool is_word(DType dtype);

}  // namespace heed::onednn

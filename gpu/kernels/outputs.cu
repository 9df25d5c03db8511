/* From the counts of tensor cores to the outputs: sums of signs, or signs again.

   Tensor cores count where two rows of bits both have ones. We want to know where they differ, and

       popcount(a ^ b) = popcount(a) + popcount(b) - 2 popcount(a & b)
       out_ij = n_bits - 2 popcount(a_i ^ b_j) = n_bits - 2 ones_a_i - 2 ones_b_j + 4 c_ij,   c_ij = popcount(a_i & b_j)

   A warp has the counts for 16 R rows and 8 C columns, in its lanes' registers. With g = lane / 4 and t = lane % 4,

       c[i / 2][j][i % 2 * 2 + e]   belongs to row first_row + 8 i + g and column first_col + 8 j + 2 t + e

   So a lane has pairs of neighbouring columns in many rows. This is awkward: to write sums or to make words of signs,
   a warp should have one row, and each lane some columns of it. So the counts go through shared memory, in tiles that
   nobody needs any more. The lanes put down what they have, 16 rows at a time. Then they all take row after row, lane
   l the columns l, l + 32, .. In this form a warp writes 128 bytes in one piece, a ballot gives 32 neighbouring signs,
   and a lane needs the thresholds and ones of only C / 4 columns. */

/* Room for 16 rows of a warp's counts. Each row has 8 numbers more than it needs: lanes of four rows g put down their
   pairs at the same time, 32 bytes in each row, and this way each row's bytes begin 8 banks further on. */
template <int C> using Room = int[16][8 * C + 8];

/* Put down 16 rows of counts, and wait until all lanes have done so. */
template <int C> __device__ __forceinline__ void put_down(const int (&c)[C][4], Room<C> &rows)
{
    int g = threadIdx.x % 32 / 4, t = threadIdx.x % 4;
    __syncwarp();                                         // all have taken what they need of the last rows
#pragma unroll
    for (int j = 0; j < C; j++) {
        *(int2 *)&rows[g][8 * j + 2 * t] = {c[j][0], c[j][1]};
        *(int2 *)&rows[g + 8][8 * j + 2 * t] = {c[j][2], c[j][3]};
    }
    __syncwarp();
}

/* Write out_ij. */
template <int R, int C>
__device__ __forceinline__ void write_sums(const int (&c)[R][C][4], Room<C> &rows, int first_row, int first_col,
                                           int *out, int m, int n, int n_bits, const int *ones_a, const int *ones_b)
{
    int lane = threadIdx.x % 32, of_col[C / 4];
#pragma unroll
    for (int k = 0; k < C / 4; k++) {
        int col = first_col + 32 * k + lane;
        of_col[k] = col < n ? n_bits - 2 * ones_b[col] : 0;
    }
    int *to = out + (u64)first_row * n + first_col + lane;
#pragma unroll
    for (int i = 0; i < R; i++) {
        put_down(c[i], rows);
#pragma unroll
        for (int r = 0; r < 16; r++, to += n) {
            int row = first_row + 16 * i + r, of_row = row < m ? 2 * ones_a[row] : 0;
#pragma unroll
            for (int k = 0; k < C / 4; k++)
                if (row < m && first_col + 32 * k + lane < n)  // stcs: evict it first, nobody reads it soon
                    __stcs(to + 32 * k, of_col[k] - of_row + 4 * rows[r][32 * k + lane]);
        }
    }
}

/* Words of signs: lane r has the words of the warp's row r. */
template <int C> using Words = u64[C / 8];

/* Turn the lanes' signs of row r, `on`, into words, which lane r keeps. */
template <int C> __device__ __forceinline__ void keep_signs(Words<C> &words, int r, const bool (&on)[C / 4])
{
#pragma unroll
    for (int k = 0; k < C / 4; k += 2) {
        unsigned low = __ballot_sync(0xffffffff, on[k]), high = __ballot_sync(0xffffffff, on[k + 1]);
        if (threadIdx.x % 32 == r)
            words[k / 2] = low | (u64)high << 32;
    }
}

/* Write the words of a row, as far as they lie inside the matrix. */
template <int C>
__device__ __forceinline__ void write_words(const Words<C> &words, int row, int first_col, u64 *out, int m, int n)
{
#pragma unroll
    for (int k = 0; k < C / 8; k++)
        if (row < m && first_col + 64 * k < n)
            out[(u64)row * ((n + 63) / 64) + first_col / 64 + k] = words[k];
}

/* Write (out_ij >= threshold_j) != flip_j, packed. */
template <int R, int C>
__device__ __forceinline__ void write_signs(const int (&c)[R][C][4], Room<C> &rows, int first_row, int first_col,
                                            const int *thresholds, const unsigned char *flip, u64 *out, int m, int n,
                                            int n_bits, const int *ones_a, const int *ones_b)
{
    int lane = threadIdx.x % 32, limits[C / 4];           // out_ij >= threshold if 4 c - 2 ones_a >= limit
    bool flips[C / 4];
#pragma unroll
    for (int k = 0; k < C / 4; k++) {
        int col = first_col + 32 * k + lane;
        limits[k] = col < n ? thresholds[col] - n_bits + 2 * ones_b[col] : 0x7fffffff;  // never on
        flips[k] = col < n && flip[col];
    }
#pragma unroll
    for (int i = 0; i < R; i++) {
        put_down(c[i], rows);
        Words<C> words;
#pragma unroll
        for (int r = 0; r < 16; r++) {
            int row = first_row + 16 * i + r, of_row = row < m ? 2 * ones_a[row] : 0;
            bool on[C / 4];
#pragma unroll
            for (int k = 0; k < C / 4; k++)
                on[k] = (4 * rows[r][32 * k + lane] - of_row >= limits[k]) != flips[k];
            keep_signs<C>(words, r, on);
        }
        if (lane < 16)
            write_words<C>(words, first_row + 16 * i + lane, first_col, out, m, n);
    }
}

/* The same for pixels: a holds their planes (m, 8, words), see pack_planes.cu, as 8 m rows of signs. The formula comes
   from pixels.cu:

       z = 255 n_bits - 2 sum_p 2^p d_p = 255 (n_bits - 2 ones_b) + sum_p 2^p (4 c_p - 2 ones_p)

   The 16 R rows are the 8 planes of 2 R images. */
template <int R, int C>
__device__ __forceinline__ void write_signs_of_pixels(const int (&c)[R][C][4], Room<C> &rows, int first_plane,
                                                      int first_col, const int *thresholds, const unsigned char *flip,
                                                      u64 *out, int m, int n, int n_bits, const int *ones_planes,
                                                      const int *ones_b)
{
    int lane = threadIdx.x % 32, of_col[C / 4], limits[C / 4];
    bool flips[C / 4];
#pragma unroll
    for (int k = 0; k < C / 4; k++) {
        int col = first_col + 32 * k + lane;
        of_col[k] = col < n ? 255 * (n_bits - 2 * ones_b[col]) : 0;
        limits[k] = col < n ? thresholds[col] : 0x7fffffff;  // never on
        flips[k] = col < n && flip[col];
    }
    Words<C> words;
#pragma unroll
    for (int r = 0; r < 2 * R; r++) {
        if (r % 2 == 0)
            put_down(c[r / 2], rows);
        int row = first_plane / 8 + r, of_row = 0;
#pragma unroll
        for (int p = 0; p < 8; p++)
            of_row += row < m ? ones_planes[8 * row + p] << (p + 1) : 0;
        bool on[C / 4];
#pragma unroll
        for (int k = 0; k < C / 4; k++) {
            int z = of_col[k] - of_row;
#pragma unroll
            for (int p = 0; p < 8; p++)
                z += rows[r % 2 * 8 + p][32 * k + lane] << (p + 2);
            on[k] = (z >= limits[k]) != flips[k];
        }
        keep_signs<C>(words, r, on);
    }
    if (lane < 2 * R)
        write_words<C>(words, first_plane / 8 + lane, first_col, out, m, n);
}

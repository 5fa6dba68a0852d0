"""The containers that FFmpeg may be given, whether as a library or as the program ffprobe."""

CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,asf,flv,ogg,mp3,aac,flac,wav,w64,aiff,amr,amrnb,amrwb,caf,mxf,"
    "dhav,ifv,rm,au,ac3,eac3,dts,h264,hevc,mpegvideo,m4v,mjpeg,dv,ivf,gxf,wv,ape,tta,gsm,voc,dss"
)
"""Every one holds its own streams. Playlists, image sequences, scripts and texts drawn as video are none of them."""
